# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Laws of the neurons of PyTorch libraries: the same bits as the modules."""

import importlib

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import volley  # noqa: E402
from volley.torch import neurons  # noqa: E402

from torchnets import reset  # noqa: E402

torch.set_num_threads(1)

STEPS, BATCH = 24, 2


def names_of(spec):
    return [spec] if isinstance(spec, str) else [n for s in spec for n in names_of(s)]


def values_of(spec, value):
    """{name: tensor} of what forward gives."""
    if isinstance(spec, str):
        return {spec: value}
    return {k: v for s, one in zip(spec, value) for k, v in values_of(s, one).items()}


def inputs(shape, seed=0, scale=1.0):
    """(kind, x) of steps x batch x shape: real numbers, and multiples of 1/4, with
    which potentials meet thresholds exactly."""
    rng = np.random.default_rng(seed)
    x = (scale * rng.normal(0.4, 1.0, (STEPS, BATCH, *shape))).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = 0
    return {"real": x, "quarters": np.round(x * 4) / 4}


def build(neuron, shape, names):
    """The network of one population, with outputs and states as its outputs."""
    net = volley.Builder("neuron")
    signals = neuron.emit(
        net, "neuron", net.input("x", shape, "f32"), expose=(*neuron.states, "margin")
    )
    for name in sorted({n.rstrip("*") for n in names} | {"margin"} & signals.keys()):
        net.output(name, signals[name])
    return net.build()


def call_steps(module, neuron, x):
    """What a module of one step gives, and its attributes, after every step."""
    state, records = {}, []
    for one in x:
        given = [rebuild(spec, state) for spec in neuron.arguments[1:]]
        y = values_of(neuron.returns, module(one, *given))
        state = {k: v for k, v in y.items() if k in neuron.states}
        attributes = {n: getattr(module, a) for a, n in neuron.attributes.items()}
        for name in attributes.keys() & y.keys():
            assert torch.equal(attributes[name], y[name])
        records.append({**y, **attributes})
    return {k: torch.stack([full(r[k], x[0]) for r in records]) for k in records[0]}


def rebuild(spec, state):
    """An argument of the state of the step before; None in the first step."""
    if isinstance(spec, str):
        return state.get(spec)
    parts = [rebuild(part, state) for part in spec]
    return type(spec)(*parts) if state else None


def full(tensor, like):
    """A state as Norse starts it, without its shape, in full."""
    return tensor if tensor.ndim else tensor.expand(like.shape)


def call_sequence(module, neuron, x):
    """What a module of sequences gives, as (T, B, ...); states are the last ones."""
    steps = x.shape[0]
    if neuron.time == "TB":
        result = module(x)
    elif neuron.time == "BT":
        result = module(x.transpose(0, 1))
    else:
        result = module(x.transpose(0, 1).flatten(0, 1))
    y = values_of(neuron.returns, result)
    for attribute, name in neuron.attributes.items():
        y[name] = getattr(module, attribute)
    for name, value in y.items():
        if name in neuron.states:
            continue
        if neuron.time == "(BT)":
            value = value.unflatten(0, (-1, steps))
        y[name] = value if neuron.time == "TB" else value.transpose(0, 1)
    return y


def count_different(a, b, tolerance):
    """How many elements of an array of PyTorch's and of ours differ, by their bits;
    counts by their value, as sinabs gives -0.0 spikes too."""
    if tolerance:
        return int((~np.isclose(a, b, rtol=tolerance, atol=tolerance)).sum())
    if b.dtype == np.float32:
        a, b = (np.ascontiguousarray(x).view(np.uint32) for x in (a, b))
    return int((a != b).sum())


def check_margin(neuron, got):
    """A spike has a margin of at least 0, and no spike one of at most 0."""
    if "margin" in got and got["spikes"].dtype == np.uint8 and "rho" not in got:
        assert (got["margin"][got["spikes"] != 0] >= 0).all()
        assert (got["margin"][got["spikes"] == 0] <= 0).all()


def differing_bits(module, shape=(7,), seed=0, scale=1.0, exact=False, tolerance=0.0):
    """{output or state: number of elements that differ}, over three runs each of real
    numbers and of multiples of 1/4, the interpreter's and the compiled code's.

    With `exact`, of multiples of 1/4 only, whose products with weights of rounded()
    have the same sum in any order.
    """
    neuron = neurons.find(module)
    names = [*names_of(neuron.returns), *neuron.attributes.values()]
    network = build(neuron, shape, names)
    program = volley.compile(network)
    call = call_steps if neuron.time == "step" else call_sequence
    counts, events = {}, 0
    for run in range(3):
        for kind, x in inputs(shape, seed + run, scale).items():
            if exact and kind == "real":
                continue
            reset(module)
            with torch.no_grad():
                expected = call(module, neuron, torch.from_numpy(x))
            for evaluate in (volley.interpret, lambda net, x: program(x)):
                got = evaluate(network, x)
                got = got if isinstance(got, dict) else {neuron.returns: got}
                check_margin(neuron, got)
                for name, value in expected.items():
                    mine = got[name.rstrip("*")]
                    if name in neuron.states and neuron.time != "step":
                        mine = mine[-1]
                    value = value.numpy()
                    assert value.shape == mine.shape, name
                    counts.setdefault(name, 0)
                    counts[name] += count_different(value, mine, tolerance)
            output = neuron.returns
            output = output if isinstance(output, str) else names_of(output)[0]
            events += int(np.count_nonzero(got[output]))
    assert events > 0
    return counts


def check(module, shape=(7,), **options):
    counts = differing_bits(module.eval(), shape, **options)
    assert not any(counts.values()), counts


def refusal(module, shape=(7,), precision="f32"):
    """Why a module has no law."""
    with pytest.raises(neurons.Unsupported) as caught:
        net = volley.Builder("neuron", precision=precision)
        neurons.find(module).emit(net, "neuron", net.input("x", shape, precision))
    return str(caught.value)


def rounded(module):
    """The module with weights that are multiples of 1/16."""
    generator = torch.Generator().manual_seed(0)
    for weight in module.parameters():
        if weight.ndim:
            size = weight.shape
            weight.data = torch.randint(-4, 5, size, generator=generator) / 16
    return module


def random(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


# -- SpikingJelly ------------------------------------------------------------


def spikingjelly(part):
    return pytest.importorskip(f"spikingjelly.activation_based.{part}")


def node(name, reset, mode, **settings):
    library = spikingjelly("neuron")
    module = getattr(library, name)(v_reset=reset, **settings)
    module.step_mode = mode
    if mode == "m" and hasattr(module, "store_v_seq"):
        module.store_v_seq = True
    return module


def klif(*args, **settings):
    module = node("KLIFNode", *args, tau=3.0, **settings)
    module.k.data.fill_(1.3)
    return module


def custom_surrogate(*args):
    return node("LIFNode", *args, surrogate_function=lambda x: (x > 0).to(x))


NODES = {
    "IF": lambda *a: node("IFNode", *a, v_threshold=0.7),
    "SimpleIF": lambda *a: node("SimpleIFNode", *a, v_threshold=0.7),
    "LIF": lambda *a: node("LIFNode", *a),
    "LIF-3": lambda *a: node("LIFNode", *a, tau=3.0, v_threshold=0.5),
    "LIF-input": lambda *a: node("LIFNode", *a, tau=3.0, decay_input=False),
    "LIF-custom": custom_surrogate,
    "PLIF": lambda *a: node("ParametricLIFNode", *a, init_tau=2.7),
    "PLIF-input": lambda *a: node(
        "ParametricLIFNode", *a, init_tau=2.7, decay_input=False
    ),
    "CUBA": lambda *a: node("CUBALIFNode", *a),
    "KLIF": klif,
    "KLIF-input": lambda *a: klif(*a, decay_input=False),
    "KLIF-scale": lambda *a: klif(*a, scale_reset=True),
    "QIF": lambda *a: node("QIFNode", *a, v_rest=0.3),
    "Izhikevich": lambda *a: node("IzhikevichNode", *a, a=0.2, b=0.3, tau_w=3.0),
    "RAF": lambda *a: node("RAFNode", *a),
    "TernaryIF": lambda *a: node("TernaryIFNode", *a, v_threshold=0.7),
    "TernaryLIF": lambda *a: node("TernaryLIFNode", *a, tau=3.0, v_threshold=0.5),
}


@pytest.mark.parametrize("mode", "sm")
@pytest.mark.parametrize("reset", [None, 0.0, 0.25, -0.3])
@pytest.mark.parametrize("name", NODES)
def test_spikingjelly(name, reset, mode):
    check(NODES[name](reset, mode))


@pytest.mark.parametrize("mode", "sm")
@pytest.mark.parametrize(
    "decay_input, reset", [(True, 0.25), (True, 0.0), (False, 0.0)]
)
def test_spikingjelly_simple_lif(decay_input, reset, mode):
    check(node("SimpleLIFNode", reset, mode, tau=3.0, decay_input=decay_input))


@pytest.mark.parametrize("mode", "sm")
@pytest.mark.parametrize("most", [1, 4, 8])
def test_spikingjelly_integer_lif(most, mode):
    library, surrogate = spikingjelly("neuron"), spikingjelly("surrogate")
    module = library.ILIFNode(
        tau=3.3,
        v_threshold=0.7,
        surrogate_function=surrogate.MultiLevelSpikeCount(most),
        step_mode=mode,
    )
    check(module, scale=3.0)


@pytest.mark.parametrize("mode", "sm")
@pytest.mark.parametrize("reset", [None, 0.25])
@pytest.mark.parametrize("dim, channels", [(-1, 4), (1, 3), (-2, 2)])
def test_spikingjelly_activation_aware_if(dim, channels, reset, mode):
    module = node(
        "ActivationAwareIFNode",
        reset,
        mode,
        v_threshold=random(channels) + 0.5,
        v_offset=random(channels) / 4,
        channel_dim=dim,
    )
    check(module, (3, 2, 4))


@pytest.mark.parametrize("mode", "sm")
def test_spikingjelly_others(mode):
    library = spikingjelly("neuron")
    check(library.HalfThresholdIFNode(0.7, step_mode=mode))
    check(library.STBIFNode(0.3, level=8, sym=True, step_mode=mode))
    check(spikingjelly("layer").Delay(2, step_mode=mode))


def test_spikingjelly_without_spikes():
    library = spikingjelly("neuron")
    check(library.NonSpikingIFNode("last_mem"))
    check(library.NonSpikingLIFNode(3.0, "last_mem"))


@pytest.mark.parametrize("mode", "sm")
def test_spikingjelly_exponentials(mode):
    """Spikes agree; potentials do to the last places."""
    library = spikingjelly("neuron")
    for module in (
        node("EIFNode", 0.0, mode, v_rest=0.3),
        library.ComplementaryLIFNode(step_mode=mode),
    ):
        neuron = neurons.find(module.eval())
        assert "exponential" in neuron.remark
        assert differing_bits(module, tolerance=1e-5)["spikes"] == 0


def test_spikingjelly_reset_values():
    """A state may start elsewhere than where it is reset to."""
    module = node("LIFNode", 0.0, "s")
    module.set_reset_value("v", 0.5)
    check(module)
    module.set_reset_value("v", torch.ones(7))
    assert "a reset value of 'v' that is a tensor" in refusal(module)


def test_spikingjelly_refusals():
    n, surrogate = spikingjelly("neuron"), spikingjelly("surrogate")

    class Doubled(n.IFNode):
        def single_step_functional_forward(self, inputs, states):
            return super().single_step_functional_forward((2 * inputs[0],), states)

    class Named(n.IFNode):
        """Another constructor, the same law."""

        def __init__(self):
            super().__init__(v_threshold=0.7)

    assert neurons.find(Doubled()) is None
    check(Named())
    soft = surrogate.Sigmoid(spiking=False)
    assert "Sigmoid of IFNode is not a step" in refusal(n.IFNode(1.0, 0.0, soft))
    random = surrogate.PoissonPass()
    assert "PoissonPass of LIFNode" in refusal(n.LIFNode(surrogate_function=random))
    assert "v_reset=None" in refusal(n.SimpleLIFNode(2.0, True, v_reset=None))
    assert "at the first step" in refusal(n.SimpleLIFNode(3.0, False, v_reset=0.1))
    assert "use 'last_mem'" in refusal(n.NonSpikingIFNode("max-mem"))
    assert "other parameters at every step" in refusal(n.GatedLIFNode(4))
    assert "mixes the steps" in refusal(n.PSN(4))
    graded = surrogate.MultiLevelSpikeCount(4)
    module = n.ILIFNode(surrogate_function=graded)
    graded.spiking = False
    assert "spiking=False" in refusal(module)
    wrong = n.ActivationAwareIFNode(torch.rand(5) + 0.5)
    assert "'threshold' of shape (5,) does not broadcast" in refusal(wrong)
    wrong.channel_dim = 0
    assert "parameters per sample" in refusal(wrong)


def test_double_precision():
    """In f64 the laws are those of a module in f64."""
    module = node("LIFNode", 0.25, "s", tau=3.0)
    x = inputs((7,))["real"].astype(np.float64)
    net = volley.Builder("neuron", precision="f64")
    signals = neurons.find(module).emit(
        net, "neuron", net.input("x", (7,), "f64"), expose=("v",)
    )
    net.output("v", signals["v"])
    expected = []
    for one in torch.from_numpy(x):
        module(one)
        expected.append(module.v.numpy())
    np.testing.assert_array_equal(volley.interpret(net.build(), x), expected)


# -- snnTorch ----------------------------------------------------------------

RESETS = ("subtract", "zero", "none")
# How forward takes and gives states.
FORMS = [
    dict(init_hidden=False),
    dict(init_hidden=True),
    dict(init_hidden=True, output=True),
]


@pytest.fixture
def snn():
    return pytest.importorskip("snntorch")


@pytest.mark.parametrize("form", FORMS, ids=["passed", "hidden", "output"])
@pytest.mark.parametrize("reset_delay", [True, False])
@pytest.mark.parametrize("reset", RESETS)
def test_snntorch_leaky(snn, reset, reset_delay, form):
    options = dict(reset_mechanism=reset, reset_delay=reset_delay, **form)
    check(snn.Leaky(0.9, threshold=0.7, **options))
    check(snn.Leaky(0.9, graded_spikes_factor=0.3, **options))
    check(
        snn.Leaky(
            random(7),
            threshold=random(7) + 0.3,
            learn_beta=True,
            learn_threshold=True,
            spike_grad=snn.surrogate.fast_sigmoid(),
            **options,
        )
    )


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 1), (3, 1, 1), (1, 3, 2, 4)])
def test_snntorch_parameters_align_at_the_right(snn, shape):
    check(snn.Leaky(random(*shape)), (3, 2, 4))


@pytest.mark.parametrize("form", FORMS, ids=["passed", "hidden", "output"])
@pytest.mark.parametrize("reset_delay", [True, False])
@pytest.mark.parametrize("reset", RESETS)
def test_snntorch_others(snn, reset, reset_delay, form):
    options = dict(reset_mechanism=reset, **form)
    if reset_delay:
        check(snn.Lapicque(beta=0.9, threshold=0.7, **options))
        check(snn.Lapicque(R=5.1, C=1.3, time_step=0.7, **options))
        check(snn.Alpha(0.9, 0.8, threshold=0.7, **options), scale=2.0)
    check(snn.Synaptic(0.8, 0.9, threshold=0.7, reset_delay=reset_delay, **options))


@pytest.mark.parametrize("form", FORMS, ids=["passed", "hidden", "output"])
@pytest.mark.parametrize("reset_delay", [True, False])
@pytest.mark.parametrize("reset", RESETS)
def test_snntorch_recurrent(snn, reset, reset_delay, form):
    options = dict(reset_mechanism=reset, **form)
    conv = dict(conv2d_channels=3, kernel_size=3)
    one_to_one = dict(V=random(7), all_to_all=False)
    if reset_delay:
        check(snn.RSynaptic(0.8, 0.9, **one_to_one, **options))
        check(rounded(snn.RSynaptic(0.8, 0.9, linear_features=7, **options)))
    options["reset_delay"] = reset_delay
    check(snn.RLeaky(0.9, **one_to_one, **options))
    check(rounded(snn.RLeaky(0.9, linear_features=7, **options)))
    check(rounded(snn.RLeaky(0.9, **conv, **options)), (3, 4, 4))


@pytest.mark.filterwarnings("ignore:Inhibition")
def test_snntorch_refusals(snn):
    assert "inhibition of Leaky" in refusal(snn.Leaky(0.9, inhibition=True))
    assert "state_quant of" in refusal(snn.Leaky(0.9, state_quant=torch.round))
    assert "sigmoid of Leaky" in refusal(snn.Leaky(0.9, spike_grad=torch.sigmoid))
    assert "does not broadcast" in refusal(snn.Leaky(random(5)))
    double = snn.Leaky(random(7).double())
    assert "float64" in refusal(double)
    neurons.find(double).emit(
        net := volley.Builder("neuron", precision="f64"),
        "neuron",
        net.input("x", (7,), "f64"),
    )
    changed = snn.Leaky(0.9)
    changed.reset_mechanism = "zero"
    assert "that was changed after it was built" in refusal(changed)
    silent = snn.Leaky(0.9, graded_spikes_factor=0.0, reset_delay=False)
    assert "graded_spikes_factor=0" in refusal(silent)
    options = dict(linear_features=7, reset_delay=False)
    assert "fails in snnTorch" in refusal(snn.RSynaptic(0.8, 0.9, **options))
    assert "is an RNN" in refusal(snn.LeakyParallel(7, 7, 0.9))
    unlike = snn.RLeaky(0.9, linear_features=7)
    unlike.recurrent = torch.nn.BatchNorm1d(7)
    assert "BatchNorm1d in RLeaky; it may hold Linear" in refusal(unlike)


# -- Norse -------------------------------------------------------------------


@pytest.fixture
def norse():
    return pytest.importorskip("norse.torch")


def parameters(norse, kind):
    """LIFParameters: the default, all of them others, per neuron, Python numbers."""
    t = torch.as_tensor
    return norse.LIFParameters(
        **{
            "default": {},
            "other": dict(
                tau_syn_inv=t(130.0),
                tau_mem_inv=t(77.0),
                v_leak=t(-0.2),
                v_th=t(0.6),
                v_reset=t(-0.3),
                method="tanh",
            ),
            "vector": dict(tau_mem_inv=random(7) * 100 + 50, v_th=random(7) + 0.3),
            "numbers": dict(tau_mem_inv=110.0, v_th=0.5),
        }[kind]
    )


KINDS = ("default", "other", "vector", "numbers")
STRONG = dict(scale=5.0)
WEIGHTED = dict(shape=(5,), exact=True, scale=3.0)


@pytest.mark.parametrize("kind", KINDS)
def test_norse_lif(norse, kind):
    p = parameters(norse, kind)
    check(norse.LIF(p), **STRONG)
    check(norse.LIF(p, record_states=True), **STRONG)
    check(norse.LIFCell(p, dt=0.0007), **STRONG)


@pytest.mark.filterwarnings("ignore:`torch.jit.script`")
@pytest.mark.parametrize("kind", KINDS)
def test_norse_recurrent_lif(norse, kind):
    p = parameters(norse, kind)
    check(rounded(norse.LIFRecurrentCell(5, 7, p)), **WEIGHTED)
    check(rounded(norse.LIFRecurrent(5, 7, p)), **WEIGHTED)
    check(rounded(norse.LIFRecurrent(5, 7, p, autapses=True)), **WEIGHTED)
    recorded = norse.LIFRecurrent(5, 7, p, record_states=True)
    check(rounded(recorded), **WEIGHTED)


@pytest.mark.parametrize("kind", KINDS)
def test_norse_refractory_lif(norse, kind):
    from norse.torch.module import lif_refrac

    p = norse.LIFRefracParameters(parameters(norse, kind), torch.as_tensor(3.0))
    check(lif_refrac.LIFRefracCell(p), **STRONG)
    check(rounded(lif_refrac.LIFRefracRecurrentCell(5, 7, p)), **WEIGHTED)
    check(rounded(lif_refrac.LIFRefracRecurrent(5, 7, p)), **WEIGHTED)


def test_norse_adaptive_lif(norse):
    t = torch.as_tensor
    for p in (
        norse.LSNNParameters(),
        norse.LSNNParameters(tau_adapt_inv=t(40.0), v_th=t(0.5), v_leak=t(0.1)),
    ):
        check(norse.LSNN(p), **STRONG)
        check(norse.LSNNCell(p), **STRONG)
        check(rounded(norse.LSNNRecurrentCell(5, 7, p)), **WEIGHTED)
        check(rounded(norse.LSNNRecurrent(5, 7, p)), **WEIGHTED)


@pytest.mark.parametrize("kind", ["LIFEx", "LIFAdEx"])
def test_norse_exponential_lif(norse, kind):
    close = dict(tolerance=1e-5)
    p = getattr(norse, f"{kind}Parameters")(v_th=torch.as_tensor(0.7))
    check(getattr(norse, kind)(p), **STRONG, **close)
    check(getattr(norse, f"{kind}Cell")(p), **STRONG, **close)
    check(rounded(getattr(norse, f"{kind}RecurrentCell")(5, 7, p)), **WEIGHTED, **close)
    check(rounded(getattr(norse, f"{kind}Recurrent")(5, 7, p)), **WEIGHTED, **close)


def test_norse_without_synapse(norse):
    from norse.torch.functional.reset import reset_subtract
    from norse.torch.module.iaf import IAF, IAFCell, IAFParameters
    from norse.torch.module.leaky_integrator_box import LIBoxCell
    from norse.torch.module.lif_box import LIFBoxCell, LIFBoxParameters

    t = torch.as_tensor
    leaky = dict(v_th=t(0.3), v_leak=t(0.1))
    check(LIFBoxCell(LIFBoxParameters(**leaky)), **STRONG)
    subtract = LIFBoxParameters(**leaky, reset_method=reset_subtract)
    check(LIFBoxCell(subtract), **STRONG)
    p = IAFParameters(v_th=t(0.7), v_reset=t(0.1))
    check(IAF(p))
    check(IAFCell(p))
    check(LIBoxCell(dt=0.0013))


def test_norse_integrators(norse):
    t = torch.as_tensor
    for p in (norse.LIParameters(), norse.LIParameters(t(133.0), t(77.0), t(0.3))):
        check(norse.LI(p))
        check(norse.LICell(p))
        check(rounded(norse.LILinearCell(5, 7, p)), **WEIGHTED)


def test_norse_refusals(norse):
    from norse.torch.module.lif_box import LIFBoxCell, LIFBoxParameters

    adjoint = norse.LIFCell(norse.LIFParameters(method="adjoint"))
    assert "method 'adjoint' of LIFCell; use one of heaviside" in refusal(adjoint)
    mixed = norse.LIF(norse.LIFParameters(v_leak=random(7)))
    assert "'v_leak' that differs between neurons" in refusal(mixed)
    own = LIFBoxCell(LIFBoxParameters(reset_method=torch.where))
    assert "use reset_value or reset_subtract" in refusal(own)


# -- sinabs ------------------------------------------------------------------


@pytest.fixture
def layers():
    return pytest.importorskip("sinabs.layers")


def activation(spikes, reset):
    library = pytest.importorskip("sinabs.activation")
    return dict(
        spike_fn={
            "single": library.SingleSpike,
            "multi": library.MultiSpike,
            "most 2": library.MaxSpike(2),
            "max": library.MaxSpike(),
        }[spikes],
        reset_fn={
            "subtract": library.MembraneSubtract(),
            "subtract 0.4": library.MembraneSubtract(0.4),
            "zero": library.MembraneReset(),
            "reset -0.1": library.MembraneReset(-0.1),
        }[reset],
        spike_threshold=torch.tensor(0.7),
    )


@pytest.mark.parametrize("min_v_mem", [None, -0.3])
@pytest.mark.parametrize("reset", ["subtract", "subtract 0.4", "zero", "reset -0.1"])
@pytest.mark.parametrize("spikes", ["single", "multi", "most 2", "max"])
def test_sinabs(layers, spikes, reset, min_v_mem):
    options = dict(**activation(spikes, reset), min_v_mem=min_v_mem)
    check(layers.IAF(**options))
    check(layers.IAF(tau_syn=3.0, **options))
    check(layers.IAFSqueeze(batch_size=BATCH, **options))
    check(layers.LIF(tau_mem=5.0, tau_syn=random(7) * 5 + 1, **options), scale=3.0)
    check(layers.ALIF(tau_mem=5.0, tau_adapt=9.0, **options), scale=3.0)


@pytest.mark.parametrize("norm_input", [True, False])
@pytest.mark.parametrize("spikes", ["single", "multi"])
def test_sinabs_leaky(layers, spikes, norm_input):
    options = dict(**activation(spikes, "subtract"), norm_input=norm_input)
    check(layers.LIF(tau_mem=5.0, **options), scale=3.0)
    check(layers.LIF(tau_mem=5.0, tau_syn=3.0, train_alphas=True, **options), scale=3.0)
    check(layers.LIFSqueeze(tau_mem=5.0, num_timesteps=STEPS, **options), scale=3.0)
    slow = dict(tau_adapt=9.0, tau_syn=4.0)
    check(layers.ALIF(tau_mem=5.0, **slow, **options), scale=3.0)
    squeezed = importlib.import_module("sinabs.layers.alif").ALIFSqueeze
    check(squeezed(tau_mem=5.0, batch_size=BATCH, **slow, **options), scale=3.0)


@pytest.mark.parametrize("norm_input", [True, False])
@pytest.mark.parametrize("spikes", ["single", "multi"])
def test_sinabs_recurrent(layers, spikes, norm_input):
    """What comes back is 0 in the first step, and has the bias from then on."""
    options = activation(spikes, "subtract")
    options["rec_connect"] = rounded(torch.nn.Linear(7, 7))
    check(layers.IAFRecurrent(**options))
    check(layers.IAFRecurrent(tau_syn=3.0, **options))
    options["norm_input"] = norm_input
    check(layers.LIFRecurrent(tau_mem=5.0, **options), scale=3.0)
    slow = dict(tau_adapt=9.0, tau_syn=4.0)
    check(layers.ALIFRecurrent(tau_mem=5.0, **slow, **options), scale=3.0)


def test_sinabs_recurrent_connections(layers):
    nn = torch.nn
    flat = nn.Sequential(nn.Flatten(), nn.Linear(24, 24), nn.Unflatten(1, (3, 2, 4)))
    check(layers.IAFRecurrent(rec_connect=rounded(flat)), (3, 2, 4))
    for padding in (1, "same"):
        conv = nn.Conv2d(3, 3, 3, padding=padding, groups=3)
        check(layers.IAFRecurrent(rec_connect=rounded(conv)), (3, 4, 4))
    conv = nn.Sequential(nn.Conv1d(3, 3, 3, padding=2, dilation=2), nn.Dropout())
    check(layers.IAFRecurrent(rec_connect=rounded(conv)), (3, 6))


@pytest.mark.parametrize("norm_input", [True, False])
@pytest.mark.parametrize("min_v_mem", [None, -0.2])
def test_sinabs_integrator(layers, min_v_mem, norm_input):
    options = dict(min_v_mem=min_v_mem, norm_input=norm_input)
    check(layers.ExpLeak(tau_mem=random(7) * 5 + 1, **options))
    check(layers.ExpLeakSqueeze(tau_mem=4.0, batch_size=BATCH, **options))


def test_sinabs_refusals(layers):
    class Own:
        required_states = ["v_mem"]

        def apply(self, v_mem, threshold, surrogate):
            return v_mem

    def own_reset(spikes, state, threshold):
        return state

    assert "Own of IAF; use SingleSpike" in refusal(layers.IAF(spike_fn=Own()))
    assert "use MembraneSubtract" in refusal(layers.IAF(reset_fn=own_reset))
    recurrent = layers.IAFRecurrent(rec_connect=torch.nn.Tanh())
    assert "Tanh in IAFRecurrent" in refusal(recurrent)
    circular = torch.nn.Conv1d(3, 3, 3, padding=1, padding_mode="circular")
    recurrent = layers.IAFRecurrent(rec_connect=circular)
    assert "padding mode 'circular'" in refusal(recurrent)
    per_sample = torch.nn.Flatten(0)
    recurrent = layers.IAFRecurrent(rec_connect=per_sample)
    assert "Flatten of the batch" in refusal(recurrent)
