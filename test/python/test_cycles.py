# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where cycles are cut, and which are refused.

The networks are computed a second time, step by step. Numbers are exact.
"""

import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, evaluate, notes_of
from laws import Neurons, eighths
from networks import DT
from nirfile import graph, neurons, node, terminal

N = 3
WEIGHT = eighths((N, N), low=-8, high=9, seed=21)
BIAS = eighths(N, low=1, high=9, seed=22)
LIF = neurons("LIF", N, r=4.0, v_threshold=0.75, v_reset=-0.25)
X = eighths((8, 2, N), low=-4, high=13, seed=23)
EULER = {"profile": "snntorch", "dt": DT}


def net_of(edges, **nodes):
    """Nodes `input` and `output` are there already."""
    ends = {"input": terminal("Input", N), "output": terminal("Output", N)}
    return graph(ends | nodes, [tuple(edge.split(" ")) for edge in edges])


def affine(weight=WEIGHT, bias=BIAS):
    return node("Affine", weight=weight, bias=bias)


def apply(s, weight=WEIGHT, bias=BIAS):
    return s @ weight.T.astype(float) + bias


def lif(inner=LIF, **settings):
    return Neurons("LIF", inner.fields, X.shape[1:], DT, **settings)


def scan(step):
    """Stacks step(x) over the input."""
    return np.array([step(x) for x in X])


class Recurrent:
    """v gets x + W s + b, where the path back is late by a step."""

    def __init__(self, neuron, feedback):
        self.neuron = neuron
        self.feedback = feedback
        self.last = np.zeros(X.shape[1:])
        self.back = np.zeros(X.shape[1:])

    def step(self, x):
        back = self.back if self.feedback == "synapse" else apply(self.last)
        self.last = self.neuron.step(x + back)
        self.back = apply(self.last)
        return self.last


RECURRENT = net_of(["input lif", "lif w", "w lif", "lif output"], lif=LIF, w=affine())


def recurrent(feedback, **settings):
    return scan(Recurrent(lif(**settings), feedback).step)


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_recurrent_synapse(run, feedback):
    """Cut at the spikes, the bias acts from step 0; behind it, from step 1."""
    y, _ = run(RECURRENT, X, feedback=feedback, **EULER)
    assert_equal(y, recurrent(feedback))
    assert np.any(recurrent("spikes") != recurrent("synapse"))


@pytest.mark.parametrize(
    "profile, feedback",
    [("snntorch", "spikes"), ("default", "spikes"), ("norse", "synapse")],
)
def test_profiles_cut(run, profile, feedback):
    y, _ = run(RECURRENT, X, profile=profile, dt=DT)
    assert_equal(y, recurrent(feedback))
    other = "spikes" if feedback == "synapse" else "synapse"
    y, _ = run(RECURRENT, X, profile=profile, dt=DT, feedback=other)
    assert_equal(y, recurrent(other))


@pytest.mark.parametrize("profile", ["sinabs", "rockpool", "nengo", "spikingjelly"])
def test_other_profiles_cut_at_the_spikes(run, profile):
    settings = {"profile": profile, "dt": DT, "precision": "f64"}
    y, _ = run(RECURRENT, X, **settings)
    law = {k: v for k, v in laws.PROFILES[profile].items()}
    assert_equal(y, recurrent("spikes", **law))


@pytest.mark.parametrize("profile", ["lava", "spyx"])
def test_lateness_is_the_step_of_delay(run, load, profile):
    """Consumers see spikes late; inside the cycle nothing is added."""
    law = laws.PROFILES[profile]
    neuron = lif(**law)
    seen = np.zeros(X.shape[1:])

    def step(x):
        nonlocal seen
        # A late neuron hands out what it computed in the step before.
        late = neuron.last
        out = neuron.step(x + apply(late))
        assert np.array_equal(out, late)
        return out

    y, _ = run(RECURRENT, X, profile=profile, dt=DT)
    assert_equal(y, scan(step))
    net = load(RECURRENT, profile=profile, dt=DT)
    assert not any("feedback path" in text for text in net.remarks)


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_self_loop_of_a_neuron(run, feedback):
    net = net_of(["input lif", "lif lif", "lif output"], lif=LIF)
    neuron, last = lif(), np.zeros(X.shape[1:])

    def step(x):
        nonlocal last
        last = neuron.step(x + last)
        return last

    y, _ = run(net, X, feedback=feedback, **EULER)
    assert_equal(y, scan(step))


@pytest.mark.parametrize("names", ["ab", "Za", "zé", "ba"])
def test_ring_from_one_input(run, names):
    """Forward edges are not delayed: depth, not the name, says what is forward."""
    a, b = names
    net = net_of(
        [f"input {a}", f"{a} {b}", f"{b} {a}", f"{a} output"], **{a: LIF, b: LIF}
    )
    first, second, last = lif(), lif(), np.zeros(X.shape[1:])

    def step(x):
        nonlocal last
        s = first.step(x + last)
        last = second.step(s)
        return s

    assert_equal(run(net, X, **EULER)[0], scan(step))


@pytest.mark.parametrize("first, second", ["ab", "Za", "zé", ("n10", "n9")])
def test_equal_depths_are_ordered_by_name(run, first, second):
    """Byte order: capitals first, accents last, digits as characters."""
    for swapped in (False, True):
        names = (second, first) if swapped else (first, second)
        one = neurons("LIF", N, r=8.0, v_threshold=0.5)
        inner = dict(zip(names, (LIF, one)))
        edges = [f"input {n}" for n in names]
        edges += [f"{first} {second}", f"{second} {first}", f"{second} output"]
        net = net_of(edges, **inner)
        earlier, later = lif(inner[first]), lif(inner[second])
        last = np.zeros(X.shape[1:])

        def step(x, earlier=earlier, later=later):
            nonlocal last
            last = later.step(x + earlier.step(x + last))
            return last

        assert_equal(run(net, X, **EULER)[0], scan(step))


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_delay_in_a_cycle_is_all_its_delay(run, load, steps):
    net = net_of(
        ["input lif", "lif d", "d w", "w lif", "lif output"],
        lif=LIF,
        d=node("Delay", delay=steps * DT),
        w=affine(),
    )
    neuron, past = lif(), [np.zeros(X.shape[1:])] * steps

    def step(x):
        past.append(neuron.step(x + apply(past[-steps])))
        return past[-1]

    y, _ = run(net, X, **EULER)
    assert_equal(y, scan(step))
    assert not any("feedback path" in t for t in load(net, **EULER).remarks)


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_delay_of_no_step_in_a_cycle(run, feedback):
    net = net_of(
        ["input lif", "lif d", "d w", "w lif", "lif output"],
        lif=LIF,
        d=node("Delay", delay=0.0),
        w=affine(),
    )
    y, _ = run(net, X, feedback=feedback, **EULER)
    assert_equal(y, recurrent(feedback))


def test_delay_of_some_elements_in_a_cycle(run):
    """One element is not delayed, so the path gets its step like any other."""
    steps = np.array([0, 2, 1])
    net = net_of(
        ["input lif", "lif d", "d lif", "lif output"],
        lif=LIF,
        d=node("Delay", delay=steps * DT),
    )
    neuron, past = lif(), [np.zeros(X.shape[1:])] * 4

    def step(x):
        back = np.stack([past[-1 - s][:, k] for k, s in enumerate(steps)], axis=-1)
        past.append(neuron.step(x + back))
        return past[-1]

    assert_equal(run(net, X, **EULER)[0], scan(step))


def test_readout_is_a_neuron(run):
    """A cycle through LI alone: its potential goes around."""
    li = neurons("LI", N)
    net = net_of(["input li", "li w", "w li", "li output"], li=li, w=affine())
    x = X[:4]
    neuron = Neurons("LI", li.fields, x.shape[1:], DT)
    last, expected = np.zeros(x.shape[1:]), []
    for value in x:
        last = neuron.step(value + apply(last))
        expected.append(last)
    assert_equal(run(net, x, **EULER)[0], expected)
    # It has no spikes to be seen late: the cycle is cut for it all the same.
    assert_equal(run(net, x, profile="lava", dt=DT)[0], expected)


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_threshold_in_a_cycle_is_stateless(run, feedback):
    """It is on the cycle's path and on the one to the output."""
    li = neurons("LI", N, r=2.0)
    net = net_of(
        ["input li", "li s", "s w", "w li", "s output"],
        li=li,
        s=node("Threshold", threshold=0.5),
        w=affine(),
    )
    neuron, last = Neurons("LI", li.fields, X.shape[1:], DT), np.zeros(X.shape[1:])
    back = np.zeros(X.shape[1:])

    def step(x):
        nonlocal last, back
        late = back if feedback == "synapse" else apply(last)
        last = (neuron.step(x + late) > 0.5).astype(float)
        back = apply(last)
        return last

    y, _ = run(net, X, feedback=feedback, **EULER)
    assert y.dtype == np.uint8
    assert 0 < y.mean() < 1
    assert_equal(y, scan(step))


def test_path_through_several_synapses(run):
    """At the spikes, every bias acts from step 0; behind, none does."""
    other = eighths((N, N), low=-4, high=5, seed=31)
    net = net_of(
        ["input lif", "lif w", "w v", "v lif", "lif output"],
        lif=LIF,
        w=affine(),
        v=affine(other, -BIAS),
    )
    for feedback in ("spikes", "synapse"):
        neuron, last = lif(), np.zeros(X.shape[1:])
        back = np.zeros(X.shape[1:])

        def step(x, neuron=neuron, feedback=feedback):
            nonlocal last, back
            if feedback == "spikes":
                back = apply(apply(last), other, -BIAS)
            last = neuron.step(x + back)
            back = apply(apply(last), other, -BIAS)
            return last

        assert_equal(run(net, X, feedback=feedback, **EULER)[0], scan(step))


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_synapse_on_a_cycle_and_on_another_path(run, feedback):
    """The way out is on no cycle: it is not delayed."""
    net = net_of(["input lif", "lif w", "w lif", "w output"], lif=LIF, w=affine())
    system = Recurrent(lif(), feedback)
    y, _ = run(net, X, feedback=feedback, **EULER)
    assert_equal(y, scan(lambda x: apply(system.step(x))))


@pytest.mark.parametrize("feedback", ["spikes", "synapse"])
def test_synapse_that_the_input_enters_too(run, feedback):
    """The input's share is not delayed, and the bias is added once."""
    net = net_of(
        ["input w", "lif w", "w lif", "w output"], lif=LIF, w=affine(bias=BIAS / 2)
    )
    neuron, last = lif(), np.zeros(X.shape[1:])

    def step(x):
        nonlocal last
        late = last
        last = neuron.step(apply(x + late, bias=BIAS / 2))
        return apply(x + last, bias=BIAS / 2)

    y, _ = run(net, X, feedback=feedback, **EULER)
    assert_equal(y, scan(step))


def test_several_cycles(run):
    """Two recurrent layers, one after the other."""
    net = net_of(
        ["input a", "a wa", "wa a", "a f", "f b", "b wb", "wb b", "b output"],
        a=LIF,
        wa=affine(),
        f=node("Linear", weight=WEIGHT.T.copy()),
        b=LIF,
        wb=affine(),
    )
    first, second = Recurrent(lif(), "spikes"), Recurrent(lif(), "spikes")
    y, _ = run(net, X, **EULER)
    forward = np.zeros(N)
    expected = scan(lambda x: second.step(apply(first.step(x), WEIGHT.T, forward)))
    assert_equal(y, expected)
    assert 0 < y.mean() < 1


def test_cycles_that_share_a_neuron(run):
    net = net_of(
        ["input a", "a w", "w a", "a b", "b a", "b output"], a=LIF, w=affine(), b=LIF
    )
    a, b = lif(), lif()
    last_a, last_b = np.zeros(X.shape[1:]), np.zeros(X.shape[1:])

    def step(x):
        nonlocal last_a, last_b
        last_a = a.step(x + apply(last_a) + last_b)
        last_b = b.step(last_a)
        return last_b

    assert_equal(run(net, X, **EULER)[0], scan(step))


def test_feedback_of_one_node(run):
    """The setting is that of the neuron that the path leads to."""
    nodes = {"a": LIF, "wa": affine(), "b": LIF, "wb": affine()}
    net = net_of(
        ["input a", "a wa", "wa a", "a b", "b wb", "wb b", "b output"], **nodes
    )
    first, second = Recurrent(lif(), "synapse"), Recurrent(lif(), "spikes")
    y, _ = run(net, X, feedback={"a": "synapse"}, **EULER)
    assert_equal(y, scan(lambda x: second.step(first.step(x))))


def test_cycle_inside_a_nested_graph(run):
    """As exporters write a recurrent layer."""
    inner = graph(
        {
            "input": terminal("Input", N),
            "lif": LIF,
            "w_rec": affine(),
            "output": terminal("Output", N),
        },
        [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    )
    net = net_of(["input rnn", "rnn output"], rnn=inner)
    for feedback in ("spikes", "synapse"):
        y, rec = run(net, X, ["rnn.lif:spikes"], feedback=feedback, **EULER)
        assert_equal(y, recurrent(feedback))
        assert_equal(rec["rnn.lif"]["spikes"], recurrent(feedback))


def test_recurrent_currents(run):
    """A recurrent CubaLIF layer, as in Braille reading."""
    cuba = neurons("CubaLIF", N, r=4.0, w_in=2.0, v_threshold=0.75)
    net = net_of(["input c", "c w", "w c", "c output"], c=cuba, w=affine())
    for feedback in ("spikes", "synapse"):
        neuron = Neurons("CubaLIF", cuba.fields, X.shape[1:], DT)
        system = Recurrent(neuron, feedback)
        y, _ = run(net, X, feedback=feedback, **EULER)
        assert_equal(y, scan(system.step))
        assert 0 < y.mean() < 1


def test_edge_on_no_cycle_is_never_delayed(run):
    """The neuron sits between recurrent ones and takes part in none."""
    net = net_of(
        ["input a", "a w", "w a", "a m", "m output", "input m"],
        a=LIF,
        w=affine(),
        m=LIF,
    )
    system, middle = Recurrent(lif(), "spikes"), lif()
    y, _ = run(net, X, **EULER)
    assert_equal(y, scan(lambda x: middle.step(x + system.step(x))))


# Remarks


def test_every_cut_is_a_remark(check):
    net = net_of(
        ["input a", "a w", "w a", "a b", "b a", "b output"], a=LIF, w=affine(), b=LIF
    )
    for settings, status, place in (
        ({}, "assumed", "at the spikes"),
        ({"profile": "norse"}, "supported", "after the recurrent synapse"),
        ({"profile": "norse", "feedback": "spikes"}, "supported", "at the spikes"),
    ):
        found, text = notes_of(check(net, dt=DT, **settings), "a")
        assert found == status
        assert f"'a' -> 'w' -> 'a' is delayed by one step {place}" in text
        assert f"'b' -> 'a' is delayed by one step {place}" in text
        assert "feedback" not in notes_of(check(net, dt=DT, **settings), "b")[1]


def test_cut_is_marked_in_the_ir(load):
    """Delays of the rule and those of the file are told apart."""
    text = str(load(RECURRENT, **EULER))
    (line,) = [line for line in text.splitlines() if "snn.delay" in line]
    assert "implicit" in line
    delay = net_of(["input d", "d output"], d=node("Delay", delay=DT))
    (line,) = [t for t in str(load(delay, dt=DT)).splitlines() if "snn.delay" in t]
    assert "implicit" not in line


# Refused


LOOPS = {
    "self-loop": (["input s", "s s", "s output"], "'s' -> 's'"),
    "pair": (["input s", "s w", "w s", "w output"], "'s' -> 'w' -> 's'"),
    "threshold": (["input t", "t w", "w t", "t output"], "'t' -> 'w' -> 't'"),
    "no-delay": (["input s", "s d", "d s", "s output"], "'d' -> 's' -> 'd'"),
    "behind-a-neuron": (
        ["input lif", "lif s", "s w", "w s", "w lif", "lif output"],
        "'s' -> 'w' -> 's'",
    ),
    "beside-a-good-cycle": (
        ["input lif", "lif lif", "lif s", "s s", "s output"],
        "'s' -> 's'",
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_loop_without_state_is_refused_with_its_path(load, name):
    edges, path = LOOPS[name]
    used = {end for edge in edges for end in edge.split(" ")}
    nodes = {
        "s": node("Scale", scale=0.5),
        "w": affine(),
        "t": node("Threshold", threshold=0.5),
        "d": node("Delay", delay=0.0),
        "lif": LIF,
    }
    net = net_of(edges, **{k: v for k, v in nodes.items() if k in used})
    with pytest.raises(volley.CompileError) as caught:
        load(net, **EULER)
    message = str(caught.value)
    assert "cycle without a neuron" in message
    # The path may start anywhere on it.
    ends = path.split(" -> ")[:-1]
    turns = [ends[k:] + ends[:k] for k in range(len(ends))]
    assert any(" -> ".join([*turn, turn[0]]) in message for turn in turns)


def test_network_without_inputs(load, tmp_path):
    """A ring that drives itself: v_leak above the threshold."""
    ring = neurons("LIF", 2, v_leak=2.0)
    nodes = {"a": ring, "b": ring, "output": terminal("Output", 2)}
    edges = [("a", "b"), ("b", "a"), ("b", "output")]
    net = load(graph(nodes, edges), **EULER)
    assert net.inputs == {}
    assert net.outputs == {"output": ((2,), "uint8")}
    assert volley.compile(net).outputs == net.outputs


def test_parts_without_a_cycle_and_with_one_agree(load):
    """The same neurons, scanned step by step and computed in tiles."""
    plain = net_of(["input a", "a output"], a=LIF)
    silent = net_of(
        ["input a", "a w", "w a", "a output"], a=LIF, w=affine(WEIGHT * 0, BIAS * 0)
    )
    long = np.concatenate([X] * 40)
    y, _ = evaluate(load(plain, **EULER), long)
    assert y.any()
    assert_equal(evaluate(load(silent, **EULER), long)[0], y)
