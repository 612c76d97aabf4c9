# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Profiles, single settings, the time step: what each declares, in numbers."""

import re

import numpy as np
import pytest

import volley

import laws
from checks import assert_close, assert_equal, evaluate, model_notes, notes_of
from laws import PROFILES, eighths, run_neurons
from networks import DT, base
from nirfile import chain, graph, neuron, neurons, node, simple, terminal

KINDS = ["I", "IF", "LI", "LIF", "CubaLI", "CubaLIF"]


def random_neurons(kind, profile, dt, size=5, seed=0):
    """Parameters that no two neurons share and that no binary number holds."""
    rng = np.random.default_rng(seed)
    values = {
        "tau": rng.uniform(3, 8, size) * dt,
        "tau_mem": rng.uniform(3, 8, size) * dt,
        "tau_syn": rng.uniform(2, 5, size) * dt,
        "r": rng.uniform(0.8, 1.5, size),
        "w_in": rng.uniform(0.8, 1.5, size),
        "v_leak": rng.uniform(-0.2, 0.2, size),
        "v_threshold": rng.uniform(0.4, 0.8, size),
        "v_reset": rng.uniform(-0.3, 0.2, size),
    }
    per_step = PROFILES[profile].get("leakless") == "per_step"
    if kind in ("I", "IF"):
        values["r"] *= 0.3 if per_step else 0.3 / dt
    return node(kind, **{name: values[name] for name in neuron(kind).fields})


def laws_there_are(kinds):
    """Pairs of kind and profile; exact has no law of currents, see below."""
    pairs = [(kind, profile) for kind in kinds for profile in PROFILES]
    return [p for p in pairs if p[1] != "exact" or not p[0].startswith("Cuba")]


@pytest.mark.parametrize("kind, profile", laws_there_are(KINDS))
def test_profile(run, kind, profile):
    dt = 1e-3
    inner = random_neurons(kind, profile, dt)
    x = np.random.default_rng(1).uniform(-0.3, 2.0, (60, 2, 5))
    settings = {"profile": profile, "dt": dt, "precision": "f64"}
    y, rec = run(simple(inner, 5), x, record=["node"], **settings)
    out, v, i = run_neurons(kind, inner.fields, x, dt, **PROFILES[profile])
    assert_close(rec["node"]["v"], v, 1e-11)
    if kind.startswith("Cuba"):
        assert_close(rec["node"]["i"], i, 1e-11)
    if kind in laws.SPIKING:
        assert 0.03 < out.mean() < 0.9
        assert_equal(y, out)
        assert_equal(rec["node"]["spikes"], out)
    else:
        assert_close(y, v, 1e-11)


@pytest.mark.parametrize("kind, profile", laws_there_are(laws.SPIKING))
def test_profile_in_f32(run, kind, profile):
    dt = 1e-3
    inner = random_neurons(kind, profile, dt)
    x = np.random.default_rng(1).uniform(-0.3, 2.0, (40, 2, 5)).astype(np.float32)
    y, rec = run(simple(inner, 5), x, record=["node:v"], profile=profile, dt=dt)
    out, v, _ = run_neurons(kind, inner.fields, x, dt, **PROFILES[profile])
    assert rec["node"]["v"].dtype == np.float32
    assert_equal(y, out)
    assert_close(rec["node"]["v"], v, 2e-5)


def test_default_is_snntorch(load):
    x = eighths((12, 2, 4), seed=3)
    for settings in ({}, {"reset": "subtract"}):
        default = load(base(), dt=DT, **settings)
        named = load(base(), dt=DT, profile="snntorch", **settings)
        explicit = load(base(), dt=DT, profile="default", **settings)
        y, _ = evaluate(default, x)
        assert_equal(y, evaluate(named, x)[0])
        assert_equal(y, evaluate(explicit, x)[0])


# Single settings


EULER = {"profile": "norse", "dt": DT, "precision": "f64"}
INNER = neurons("LIF", 5, r=4.0, v_reset=-0.5)
INNER.fields["v_threshold"] = np.array([0.5, 0.75, 1.0, 1.25, 2.0])
STEPS = eighths((14, 2, 5), low=-12, high=25, seed=8).astype(float)
# In the first step the potential becomes the threshold.
STEPS[0] = INNER.fields["v_threshold"]

SETTINGS = {
    "reset-zero": {"reset": "zero"},
    "reset-subtract": {"reset": "subtract"},
    "reset-none": {"reset": "none"},
    "delayed-zero": {"reset": "zero", "reset_delay": True},
    "delayed-subtract": {"reset": "subtract", "reset_delay": True},
    "residual": {"reset": "subtract", "residual_reset": True},
    "ge-zero": {"compare": "ge"},
    "ge-subtract": {"compare": "ge", "reset": "subtract"},
    "ge-delayed": {"compare": "ge", "reset_delay": True},
    "multi": {"spikes": "multi", "reset": "subtract"},
    "v-min": {"v_min": -0.25},
    "v-min-delayed": {"v_min": -0.25, "reset": "subtract", "reset_delay": True},
    "v-min-multi": {"v_min": -0.25, "spikes": "multi", "reset": "subtract"},
    "late": {"late": True},
    "late-delayed": {"late": True, "reset_delay": True},
}


def as_law(settings):
    """The settings in the words of the module laws."""
    names = {"residual_reset": "residual"}
    return {names.get(key, key): value for key, value in settings.items()}


def law_of(inner, x, settings, dt=DT, scheme="euler"):
    return run_neurons("LIF", inner.fields, x, dt, scheme=scheme, **as_law(settings))


@pytest.mark.parametrize("name", SETTINGS)
def test_single_setting(run, name):
    """Numbers are exact, so that potentials at the threshold occur."""
    settings = SETTINGS[name]
    net = simple(INNER, 5)
    y, rec = run(net, STEPS, record=["node"], **EULER, **settings)
    out, v, _ = law_of(INNER, STEPS, settings)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)
    plain_out, plain_v, _ = law_of(INNER, STEPS, {})
    if name != "reset-zero":
        assert np.any(out != plain_out) or np.any(v != plain_v)
    if "multi" in name:
        assert y.dtype == np.int32
        assert y.max() > 1


@pytest.mark.parametrize("on, off", [(True, False), ("on", "off")])
def test_switches_are_bools_or_words(load, on, off):
    texts = {
        str(load(base(), **EULER, reset_delay=on, late=off)),
        str(load(base(), **EULER, reset_delay=True, late=False)),
    }
    assert len(texts) == 1
    assert str(load(base(), **EULER, reset_delay=off)) not in texts


SCHEMES = {
    "forward_euler": "euler",
    "exponential": "exponential",
    "zero_order_hold": "hold",
    "exact": "exact",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_scheme(run, scheme):
    net = simple(INNER, 5)
    settings = {**EULER, "reset": "subtract", "scheme": scheme}
    y, rec = run(net, STEPS, record=["node:v"], **settings)
    law = {"reset": "subtract"}
    out, v, _ = law_of(INNER, STEPS, law, scheme=SCHEMES[scheme])
    assert_equal(y, out)
    assert_close(rec["node"]["v"], v, 1e-11)
    others = [law_of(INNER, STEPS, law, scheme=s)[1] for s in SCHEMES.values()]
    assert sum(np.allclose(v, other) for other in others) == 1


@pytest.mark.parametrize(
    "scheme, factor",
    [
        ("per_step", 1.0),
        ("forward_euler", DT),
        ("exponential", DT),
        ("zero_order_hold", DT),
        ("exact", DT),
    ],
)
def test_scheme_of_an_integrator(run, scheme, factor):
    x = eighths((6, 2, 3))
    net = simple(neurons("I", 3, r=8.0), 3)
    y, _ = run(net, x, profile="norse", scheme=scheme, dt=DT)
    assert_equal(y, np.cumsum(8.0 * factor * x.astype(float), axis=0))


def two_neurons():
    """Two LIF nodes side by side, each with an output of its own."""
    inner = {"lif 1": INNER, "lif.2": INNER}
    nodes = {"input": terminal("Input", 5)} | inner
    nodes |= {"o1": terminal("Output", 5), "o2": terminal("Output", 5)}
    edges = [("input", n) for n in inner] + [("lif 1", "o1"), ("lif.2", "o2")]
    return graph(nodes, edges)


@pytest.mark.parametrize(
    "name", ["delayed-subtract", "residual", "ge-subtract", "v-min-multi", "late"]
)
def test_setting_of_one_node(run, name):
    settings = SETTINGS[name]
    per_node = {key: {"lif 1": value} for key, value in settings.items()}
    y, _ = run(two_neurons(), STEPS, **EULER, **per_node)
    assert_equal(y["o1"], law_of(INNER, STEPS, settings)[0])
    assert_equal(y["o2"], law_of(INNER, STEPS, {})[0])


def test_setting_of_all_nodes_but_one(run):
    reset = {"*": "subtract", "lif.2": "none"}
    y, _ = run(two_neurons(), STEPS, **EULER, reset=reset)
    assert_equal(y["o1"], law_of(INNER, STEPS, {"reset": "subtract"})[0])
    assert_equal(y["o2"], law_of(INNER, STEPS, {"reset": "none"})[0])


def test_settings_override_the_profile(run):
    """Every difference between norse and spyx, set by itself."""
    net = simple(INNER, 5)
    y, rec = run(
        net, STEPS, ["node"], **EULER, reset="subtract", late=True, feedback="spikes"
    )
    spyx = {**EULER, "profile": "spyx"}
    expected, expected_rec = run(net, STEPS, ["node"], **spyx)
    assert_equal(y, expected)
    assert_equal(rec["node"]["v"], expected_rec["node"]["v"])


@pytest.mark.parametrize("reset_delay", [False, True])
def test_snntorch_subtract(run, reset_delay):
    """The profile's reset by subtraction looks at the potential before."""
    settings = {"reset": "subtract", "reset_delay": reset_delay}
    y, rec = run(
        simple(INNER, 5),
        STEPS,
        ["node"],
        **(EULER | {"profile": "snntorch"}),
        **settings,
    )
    law = settings | {"residual_reset": True}
    out, v, _ = law_of(INNER, STEPS, law)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)
    assert np.any(v != law_of(INNER, STEPS, {"reset": "subtract"})[1])


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"spikes": "multi"}, "reset subtract.*multi"),
        ({"spikes": "multi", "reset": "none"}, "reset subtract.*multi"),
        (
            {"spikes": "multi", "reset": "subtract", "reset_delay": True},
            "without reset-delay.*multi",
        ),
        ({"scheme": "exact", "reset": "none"}, "exact.*reset none"),
        ({"scheme": "exact", "reset_delay": True}, "exact.*reset-delay"),
        ({"scheme": "exact", "v_min": 0.0}, "exact.*v-min"),
    ],
    ids=str,
)
def test_settings_that_exclude_each_other(load, settings, message):
    with pytest.raises(volley.CompileError, match=f"node 'lif'.*{message}"):
        load(base(), **EULER, **settings)


def test_late_acts_on_spikes_only(run):
    """A potential that is handed out is that of its own step."""
    x = eighths((6, 2, 4))
    net = simple(neurons("LI", 4), 4)
    y, _ = run(net, x, profile="spyx", dt=DT)
    assert_equal(y, run_neurons("LI", neurons("LI", 4).fields, x, DT)[0])


# Remarks and strict


def test_remark_says_what_was_taken(load):
    remarks = load(
        base(), profile="sinabs", dt=DT, v_min=-1, spikes="multi", late=True
    ).remarks
    about = [text for text in remarks if "node 'lif'" in text]
    assert len(about) == 1
    for words in (
        "scheme exponential",
        "reset subtract",
        "floor(v / threshold)",
        "one step late",
        "clamped at -1",
        "starts at 0",
    ):
        assert words in about[0]


@pytest.mark.parametrize("delay", [False, True])
def test_remark_on_the_reset_and_comparison(load, delay):
    remarks = load(
        base(), profile="spikingjelly", dt=DT, reset="zero", reset_delay=delay
    ).remarks
    (about,) = [text for text in remarks if "node 'lif'" in text]
    assert "reset zero" in about
    assert "v >= threshold" in about
    assert ("reset zero one step later" in about) == delay


def test_what_is_declared_is_not_assumed(check):
    """Settings of every neuron say as much as a profile."""
    for settings, status in (
        ({}, "assumed"),
        ({"reset": "zero"}, "assumed"),
        ({"reset": "zero", "scheme": "forward_euler"}, "supported"),
        ({"profile": "default"}, "supported"),
        ({"reset": {"lif": "zero"}, "scheme": {"lif": "exponential"}}, "supported"),
    ):
        assert notes_of(check(base(), dt=DT, **settings), "lif")[0] == status


def test_strict_accepts_what_is_declared(load):
    net = load(base(), profile="norse", dt=DT, strict=True)
    assert net.dt == DT


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"dt": DT}, "node 'lif'.*assum.*reset zero"),
        ({"profile": "norse"}, "assum.*dt"),
        ({}, "assum"),
    ],
    ids=str,
)
def test_strict_refuses_assumptions(load, check, settings, message):
    assert check(base(), **settings)["accepted"]
    with pytest.raises(volley.CompileError, match=message):
        load(base(), strict=True, **settings)
    assert not check(base(), strict=True, **settings)["accepted"]


def test_strict_refuses_shapes_that_are_assumed(load):
    net = base(output=terminal("Output", 1, 1, 3))
    load(net, profile="norse", dt=DT)
    with pytest.raises(volley.CompileError, match="node 'output'.*assum"):
        load(net, profile="norse", dt=DT, strict=True)


# The time step


def with_taus(*inner):
    nodes = {"input": terminal("Input", 2)}
    nodes |= {f"n{k}": member for k, member in enumerate(inner)}
    return graph(nodes | {"output": terminal("Output", 2)})


def leaky(kind="LIF", dt=1e-3, factor=10.0, **values):
    """A node as exporters write it that hide dt in r and w_in."""
    tau = np.array([factor, 2 * factor]) * dt
    if kind.startswith("Cuba"):
        gains = {"tau_mem": tau, "tau_syn": tau / 2, "r": tau / dt}
        gains["w_in"] = tau / 2 / dt
    else:
        gains = {"tau": tau, "r": tau / dt}
    return neurons(kind, 2).replaced(**(gains | values))


@pytest.mark.parametrize("kind", ["LI", "LIF", "CubaLI", "CubaLIF"])
@pytest.mark.parametrize("dt", [1e-3, 1e-4, 2.5e-4])
def test_time_step_is_inferred(load, check, kind, dt):
    net = with_taus(leaky(kind, dt))
    assert load(net, profile="norse").dt == pytest.approx(dt, rel=1e-9)
    assert f"dt is {dt:g} s" in model_notes(check(net, profile="norse"))


def test_time_step_of_f32_parameters(load):
    member = leaky(dt=1e-4)
    fields = {k: v.astype(np.float32) for k, v in member.fields.items()}
    assert load(with_taus(node("LIF", **fields)), profile="norse").dt == 1e-4


def test_time_step_that_nodes_agree_on(load):
    net = with_taus(leaky("LIF", 1e-3), leaky("CubaLIF", 1e-3, 20), leaky("LI", 1e-3))
    assert load(net, profile="norse").dt == 1e-3


@pytest.mark.parametrize(
    "members",
    [
        [leaky(dt=1e-3), leaky(dt=2e-3)],
        [leaky(dt=1e-3), leaky(dt=1.0005e-3)],
        [leaky(r=1.0)],
        [leaky(r=0.5)],
        [leaky(r=np.array([10.0, 10.0]))],
        [leaky("CubaLIF", w_in=None)],
        [leaky("CubaLIF", w_in=1.0)],
        [neuron("IF")],
    ],
    ids=[
        "two-steps",
        "nearly",
        "r-one",
        "above-tau",
        "half",
        "w_in-absent",
        "w_in-one",
        "none",
    ],
)
def test_time_step_that_is_assumed(load, check, members):
    net = with_taus(*members)
    assert load(net, profile="norse").dt == 1e-4
    assert "dt is 0.0001 s" in model_notes(check(net, profile="norse"))


def test_time_steps_within_a_ten_thousandth_agree(load):
    net = with_taus(leaky(dt=1e-3), leaky(dt=1.00005e-3))
    assert load(net, profile="norse").dt == pytest.approx(1e-3, rel=1e-4)


def test_given_time_step_is_taken(load, check):
    net = with_taus(leaky(dt=1e-3))
    assert load(net, profile="norse", dt=5e-4).dt == 5e-4
    assert "dt" not in model_notes(check(net, profile="norse", dt=5e-4))


@pytest.mark.parametrize("profile", ["sinabs", "rockpool"])
@pytest.mark.parametrize("kind", ["I", "IF"])
def test_integrators_of_sinabs_and_rockpool_have_no_step(run, check, profile, kind):
    """v += r x: no dt is assumed, and none changes anything."""
    inner = neurons(kind, 3, r=0.5)
    x = eighths((8, 2, 3), low=0)
    net = simple(inner, 3)
    expected = run_neurons(kind, inner.fields, x, 1.0, **PROFILES[profile])[0]
    for settings in ({}, {"dt": 1e-4}, {"dt": 0.5}):
        y, _ = run(net, x, profile=profile, **settings)
        assert_equal(y, expected)
    assert model_notes(check(net, profile=profile)) == ""
    assert check(net, profile=profile, strict=True)["accepted"]


def test_time_step_of_a_network_without_neurons(check):
    net = simple(node("Scale", scale=2.0), 3)
    assert check(net, strict=True)["accepted"]


def test_input_that_cannot_move_an_integrator_is_remarked(load):
    """Files of sinabs have r = 1 and no step; other laws multiply by dt."""

    def remarks(r, **settings):
        net = simple(neurons("IF", 2, r=r), 2)
        return [t for t in load(net, dt=1e-4, **settings).remarks if "per_step" in t]

    assert any("node 'node'" in text for text in remarks(1.0, profile="norse"))
    assert not any("dt r" in text for text in remarks(1e4, profile="norse"))
    assert not any("dt r" in text for text in remarks(1.0, profile="sinabs"))


def test_tau_below_the_time_step_is_refused(load):
    """As in files whose tau was multiplied by a dt of 1 ms."""
    net = with_taus(neurons("LIF", 2, tau=1e-5))
    with pytest.raises(volley.CompileError) as caught:
        load(net, profile="norse", dt=1e-3)
    text = str(caught.value)
    assert "node 'n0'" in text
    assert "'tau'" in text
    assert "factor of 1000" in text
    assert "tau-scale=1000" in text


@pytest.mark.parametrize("field", ["tau_syn", "tau_mem"])
def test_time_constants_of_currents_are_checked(load, field):
    net = with_taus(neurons("CubaLIF", 2, **{field: 1e-4}))
    with pytest.raises(volley.CompileError, match=f"'n0'.*'{field}'"):
        load(net, profile="norse", dt=1e-3)


def test_tau_equal_to_the_time_step_is_fine(load):
    load(with_taus(neurons("LIF", 2, tau=1e-3)), profile="norse", dt=1e-3)


@pytest.mark.parametrize("kind", ["LI", "LIF", "CubaLI", "CubaLIF"])
def test_tau_scale(load, run, kind):
    """As if the file held the scaled time constants."""
    fields = neurons(kind, 3, r=4.0).fields
    small = {k: v / 1024 if k.startswith("tau") else v for k, v in fields.items()}
    x = eighths((6, 2, 3), low=0)
    settings = {"profile": "norse", "dt": DT}
    y, _ = run(simple(node(kind, **small), 3), x, tau_scale=1024, **settings)
    assert np.any(y)
    assert_equal(y, run_neurons(kind, fields, x, DT)[0])
    net = load(simple(node(kind, **small), 3), tau_scale={"node": 1024}, **settings)
    assert any("multiplied by 1024" in text for text in net.remarks)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_tau_scale_must_be_positive(load, value):
    with pytest.raises(ValueError, match="tau-scale.*positive"):
        load(base(), tau_scale=value)


# f64


def test_f64_keeps_more_than_f32(load):
    inner = random_neurons("LI", "norse", 1e-3)
    x = np.random.default_rng(2).uniform(-1, 1, (50, 2, 5))
    expected = run_neurons("LI", inner.fields, x, 1e-3)[0]
    errors = {}
    for precision in ("f32", "f64"):
        net = load(simple(inner, 5), profile="norse", dt=1e-3, precision=precision)
        y, _ = evaluate(net, x)
        assert y.dtype == np.dtype("float" + precision[1:])
        errors[precision] = np.abs(y - expected).max()
    assert errors["f64"] < 1e-14
    assert 1e-9 < errors["f32"] < 1e-5


def test_f64_synapses(run):
    rng = np.random.default_rng(5)
    weight, bias = rng.normal(size=(3, 4)), rng.normal(size=3)
    x = rng.normal(size=(5, 2, 4))
    net = simple(node("Affine", weight=weight, bias=bias), 4, 3)
    y, _ = run(net, x, precision="f64")
    assert y.dtype == np.float64
    assert_close(y, laws.dense(x, weight, bias), 1e-14)


# The exact law


EXACT = {"profile": "exact", "dt": DT, "precision": "f64"}


@pytest.mark.parametrize("kind", ["IF", "LIF"])
@pytest.mark.parametrize(
    "spikes, reset", [("single", "subtract"), ("multi", "subtract"), ("single", "zero")]
)
def test_exact_law(run, kind, spikes, reset):
    """Several crossings in a step, leak and reset potentials."""
    inner = random_neurons(kind, "exact", DT, seed=2)
    x = np.random.default_rng(3).uniform(-1, 8, (40, 2, 5))
    settings = EXACT | {"spikes": spikes, "reset": reset}
    y, rec = run(simple(inner, 5), x, record=["node"], **settings)
    law = {"scheme": "exact", "leakless": "exact", "reset": reset, "spikes": spikes}
    out, v, _ = run_neurons(kind, inner.fields, x, DT, **law)
    assert_close(rec["node"]["v"], v, 1e-9)
    assert_equal(y, out)
    counts = run_neurons(kind, inner.fields, x, DT, **(law | {"spikes": "multi"}))[0]
    assert counts.max() > 1
    assert counts.min() == 0


def test_exact_law_follows_fine_steps(run):
    """The crossing lies where the law with a thousandth of the step has it."""
    inner = neurons("LIF", 1, tau=8 * DT, r=1.0, v_threshold=0.5)
    x = np.random.default_rng(4).uniform(0, 1.5, (40, 1, 1))
    y, rec = run(simple(inner, 1), x, record=["node:v"], **EXACT)
    fine = np.repeat(x, 1000, axis=0)
    law = {"scheme": "hold", "reset": "subtract"}
    out, v, _ = run_neurons("LIF", inner.fields, fine, DT / 1000, **law)
    assert_equal(y[:, 0, 0], out.reshape(40, 1000).sum(1))
    assert 3 < y.sum() < 20
    assert np.abs(rec["node"]["v"][:, 0, 0] - v.reshape(40, 1000)[:, -1]).max() < 1e-2


@pytest.mark.parametrize("kind", ["CubaLI", "CubaLIF"])
def test_exact_refuses_currents_by_name(load, kind):
    net = simple(neurons(kind, 3), 3)
    with pytest.raises(volley.CompileError, match=f"node 'node'.*exact.*{kind}"):
        load(net, **EXACT)


@pytest.mark.parametrize("kind, gain", [("IF", 1 / DT), ("LIF", 8.0)])
def test_exact_law_is_bounded(load, kind, gain):
    """64 crossings a step, then an error that names the node."""
    net = load(simple(neurons(kind, 2, r=gain), 2), spikes="multi", **EXACT)
    x = np.zeros((3, 2, 2))
    x[0] = 20.0
    y, _ = evaluate(net, x)
    assert 1 < y.max() <= 64
    x[1, 1, 0] = 1e4
    for run in (volley.compile(net), lambda x: volley.interpret(net, x)):
        with pytest.raises(RuntimeError, match="node.*more than 64 times"):
            run(x)


# Delays


@pytest.mark.parametrize(
    "delay, message",
    [
        (-DT, "delay.*-"),
        (1.5 * DT, "multiple of dt.*1.5 steps"),
        (0.998 * DT, "multiple of dt"),
        (np.array([1.0, 2.0, 2.5]) * DT, "multiple of dt.*2.5 steps"),
        (np.nan, "finite.*nan"),
        (np.inf, "finite.*inf"),
        (1e30, "delay"),
    ],
    ids=str,
)
def test_delay_is_refused(load, delay, message):
    net = simple(node("Delay", delay=delay), 3)
    with pytest.raises(volley.CompileError, match=f"node 'node'.*{message}"):
        load(net, dt=DT)


def test_delays_are_in_seconds(run):
    x = eighths((8, 1, 2))
    net = simple(node("Delay", delay=np.array([0.002, 0.004])), 2)
    for dt, steps in ((1e-3, [2, 4]), (2e-3, [1, 2])):
        assert_equal(run(net, x, dt=dt)[0], laws.delay(x, np.array(steps)))


def test_grouped_delays_over_channels(run):
    """[C, 1, 1] over [C, H, W]."""
    steps = np.array([3, 0, 1]).reshape(3, 1, 1)
    x = eighths((6, 2, 3, 2, 4))
    y, _ = run(simple(node("Delay", delay=steps * DT), (3, 2, 4)), x, dt=DT)
    assert_equal(y, laws.delay(x, np.broadcast_to(steps, (3, 2, 4))))


def test_delay_longer_than_the_run(run):
    x = eighths((4, 2, 3))
    y, _ = run(simple(node("Delay", delay=100 * DT), 3), x, dt=DT)
    assert not y.any()


def test_chain_of_delays(run):
    nodes = {"input": terminal("Input", 2)}
    nodes |= {f"d{k}": node("Delay", delay=k * DT) for k in (1, 0, 2)}
    nodes["output"] = terminal("Output", 2)
    x = eighths((6, 1, 2))
    y, _ = run(graph(nodes, chain(*nodes)), x, dt=DT)
    assert_equal(y, laws.delay(x, 3))


def test_order_of_remarks_is_that_of_names(load):
    remarks = load(two_neurons(), profile="norse", dt=DT).remarks
    names = re.findall(r"node '(.*?)'", "\n".join(remarks))
    assert names == ["lif 1", "lif.2"]
