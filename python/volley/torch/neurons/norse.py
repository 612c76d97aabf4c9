# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons of Norse.

Laws are those of version 1.1. A module starts from its initial state whenever it is
called without one; states are named tuples.
"""

from __future__ import annotations

import importlib
from typing import Any

import torch

from volley.builder import cast, exp, maximum, where
from volley.torch.neurons import Neuron, Unsupported, register
from volley.torch.neurons._population import EXPONENTIAL, Population, Step, largest
from volley.torch.neurons._projections import matrix

_MODULE = "norse.torch.module."
_FUNCTIONAL = "norse.torch.functional."
# All of them are 1 above 0 in forward.
_METHODS = ("heaviside", "super", "triangle", "tanh", "circ", "heavi_erfc")


# -- What the neurons have in common ----------------------------------------


def _check(p, owner):
    if p.method not in _METHODS:
        raise Unsupported(
            f"method {p.method!r} of {owner}; use one of {', '.join(_METHODS)}"
        )


def _number(value: Any, name: str) -> float:
    """An initial value."""
    value = torch.as_tensor(value).detach()
    if not (value == value.flatten()[0]).all():
        raise Unsupported(
            f"'{name}' that differs between neurons, from which states start; use one "
            "number"
        )
    return float(value.flatten()[0])


def _state(name: str, *fields: Any):
    """A named tuple of Norse, by the name of its class."""
    module, _, cls = name.rpartition(".")
    return getattr(importlib.import_module(_FUNCTIONAL + module), cls)(*fields)


def _neuron(module, emit, output, state, initial, **settings: Any) -> Neuron:
    """A module that takes (input, state) and gives (output, state).

    Args:
        state: the named tuple of the states' names.
    """
    is_sequence = hasattr(module, "record_states")
    given = state
    if is_sequence and module.record_states:
        given = _map(lambda name: name + "*", state)
    return Neuron(
        "TB" if is_sequence else "step",
        ("input", state),
        (output, given),
        emit,
        states=tuple(_flat(state)),
        keeps_state=False,
        initial=initial,
        **settings,
    )


def _flat(state):
    if isinstance(state, str):
        return [state]
    return [name for part in state for name in _flat(part)]


def _map(function, state):
    if isinstance(state, str):
        return function(state)
    return type(state)(*(_map(function, part) for part in state))


def _feed_forward(module, population, state, output="spikes", **settings) -> Neuron:
    return _neuron(
        module, population.emit, output, state, dict(population.states), **settings
    )


def _recurrent(module, population, state, **settings) -> Neuron:
    """A population with the inputs "x" and "late", both through weights.

    Its spikes are a state, too: "z".
    """
    forward = matrix(module.input_weights)
    back = matrix(module.recurrent_weights)
    width = int(module.hidden_size)

    def emit(net, name, x, expose=(), location=None):
        at = dict(name=name, location=location)
        shape = (*x.shape[:-1], width)
        late = net.delay(shape=shape, dtype=population.dtype(net), **at)
        inputs = forward(net, x, **at), back(net, late, **at)
        results = population.emit(net, name, *inputs, expose=expose, location=location)
        late.connect(results["spikes"])
        return {**results, "z": results["spikes"]}

    initial = {**population.states, "z": 0.0}
    return _neuron(module, emit, "spikes", state, initial, width=width, **settings)


# -- Laws --------------------------------------------------------------------
#
# Each charges to a potential v, then spikes above the threshold and resets. They are
# functions of the input current and of the parameters, which PyTorch combines with
# the time step once.


def _membrane(n, drive):
    """v + dt tau_mem_inv drive"""
    return n.v + n.membrane * drive


def _decayed(n, i):
    """i - dt tau_syn_inv i"""
    return i + n.synapse * i


def _spike(n, v, threshold=None, **others) -> Step:
    threshold = n.v_th if threshold is None else threshold
    spikes = v > threshold
    return Step(
        {"v": where(spikes, n.v_reset, v), **others},
        {"spikes": spikes},
        (v, threshold),
    )


def _jump(n):
    """The current after the input, recurrent input included if there is one."""
    i = n.i + n.x
    return i + n.late if hasattr(n, "late") else i


def _lif_step(n):
    i = _jump(n)
    v = _membrane(n, n.v_leak - n.v + i)
    return _spike(n, v, i=_decayed(n, i))


def _leaky_params(p, dt, *names):
    """Time constants times dt, and other parameters by name."""
    params = {name: getattr(p, name) for name in names}
    params["membrane"] = dt * p.tau_mem_inv
    if hasattr(p, "tau_syn_inv"):
        params["synapse"] = -dt * p.tau_syn_inv
    return params


_LIF = ("v_leak", "v_th", "v_reset")


def _lif_population(name, step, p, dt, inputs=("x",), **params):
    return Population(
        name,
        step,
        {"v": _number(p.v_leak, "v_leak"), "i": 0.0},
        {**_leaky_params(p, dt, *_LIF), **params},
        inputs,
    )


_BOTH = ("x", "late")


@register(_MODULE + "lif.LIF", _MODULE + "lif.LIFCell")
def lif(module) -> Neuron:
    p = module.p
    _check(p, type(module).__name__)
    population = _lif_population("lif", _lif_step, p, module.dt)
    state = _state("lif.LIFFeedForwardState", "v", "i")
    return _feed_forward(module, population, state, threshold=largest(p.v_th))


@register(_MODULE + "lif.LIFRecurrent", _MODULE + "lif.LIFRecurrentCell")
def recurrent_lif(module) -> Neuron:
    p = module.p
    _check(p, type(module).__name__)
    population = _lif_population("lif", _lif_step, p, module.dt, _BOTH)
    state = _state("lif.LIFState", "z", "v", "i")
    return _recurrent(module, population, state, threshold=largest(p.v_th))


# -- Without a synapse -------------------------------------------------------


@register(_MODULE + "lif_box.LIFBoxCell")
def box_lif(module) -> Neuron:
    p = module.p
    _check(p, "LIFBoxCell")
    method = getattr(p.reset_method, "__name__", "")
    if method not in ("reset_value", "reset_subtract"):
        raise Unsupported(
            f"reset_method {method!r} of LIFBoxCell; use reset_value or reset_subtract"
        )

    def step(n):
        v = _membrane(n, n.x + n.v_leak - n.v)
        spikes = v > n.v_th
        reset = n.v_reset if method == "reset_value" else v - n.v_th
        return Step({"v": where(spikes, reset, v)}, {"spikes": spikes}, (v, n.v_th))

    names = ("v_leak", "v_th") + (("v_reset",) if method == "reset_value" else ())
    population = Population(
        "lif_box",
        step,
        {"v": _number(p.v_leak, "v_leak")},
        _leaky_params(p, module.dt, *names),
    )
    state = _state("lif_box.LIFBoxFeedForwardState", "v")
    return _feed_forward(module, population, state, threshold=largest(p.v_th))


@register(_MODULE + "iaf.IAF", _MODULE + "iaf.IAFCell")
def integrate_and_fire(module) -> Neuron:
    p = module.p
    _check(p, type(module).__name__)
    population = Population(
        "iaf",
        lambda n: _spike(n, n.v + n.x),
        {"v": _number(p.v_reset, "v_reset")},
        {"v_th": p.v_th, "v_reset": p.v_reset},
    )
    state = _state("iaf.IAFFeedForwardState", "v")
    return _feed_forward(module, population, state, threshold=largest(p.v_th))


# -- Without spikes ----------------------------------------------------------


def _integrator_step(n):
    i = n.i + n.x
    v = _membrane(n, n.v_leak - n.v + i)
    return Step({"v": v, "i": _decayed(n, i)}, {"output": v})


def _integrator(module):
    p = module.p
    return Population(
        "li",
        _integrator_step,
        {"v": _number(p.v_leak, "v_leak"), "i": 0.0},
        _leaky_params(p, module.dt, "v_leak"),
    )


@register(
    _MODULE + "leaky_integrator.LI",
    _MODULE + "leaky_integrator.LICell",
)
def leaky_integrator(module) -> Neuron:
    state = _state("leaky_integrator.LIState", "v", "i")
    return _feed_forward(module, _integrator(module), state, "output")


@register(_MODULE + "leaky_integrator.LILinearCell")
def linear_leaky_integrator(module) -> Neuron:
    population, project = _integrator(module), matrix(module.input_weights)

    def emit(net, name, x, expose=(), location=None):
        x = project(net, x, name=name, location=location)
        return population.emit(net, name, x, expose=expose, location=location)

    state = _state("leaky_integrator.LIState", "v", "i")
    initial = dict(population.states)
    return _neuron(module, emit, "output", state, initial, width=module.hidden_size)


@register(_MODULE + "leaky_integrator_box.LIBoxCell")
def box_leaky_integrator(module) -> Neuron:
    p = module.p

    def step(n):
        v = _membrane(n, n.v_leak - n.v + n.x)
        return Step({"v": v}, {"output": v})

    population = Population(
        "li_box",
        step,
        {"v": _number(p.v_leak, "v_leak")},
        _leaky_params(p, module.dt, "v_leak"),
    )
    state = _state("leaky_integrator_box.LIBoxState", "v")
    return _feed_forward(module, population, state, "output")


# -- With a refractory period, with adaptation ------------------------------


def _refractory_step(n):
    """LIF that holds its potential and is silent while rho is positive."""
    step = _lif_step(n)
    holds = n.rho > 0.0
    spikes = step.outputs["spikes"] & ~holds
    rest = maximum(n.rho - cast(holds, n.rho.dtype), 0.0)
    return Step(
        {
            "v": where(holds, n.v, step.states["v"]),
            "i": step.states["i"],
            "rho": where(spikes, n.rho_reset, rest),
        },
        {"spikes": spikes},
        step.margin,
    )


def _refractory(module, inputs=("x",)):
    p = module.p
    _check(p.lif, type(module).__name__)
    population = _lif_population(
        "lif_refrac", _refractory_step, p.lif, module.dt, inputs, rho_reset=p.rho_reset
    )
    population.states["rho"] = 0.0
    return population


@register(_MODULE + "lif_refrac.LIFRefracCell")
def refractory_lif(module) -> Neuron:
    state = _state(
        "lif_refrac.LIFRefracFeedForwardState",
        _state("lif.LIFFeedForwardState", "v", "i"),
        "rho",
    )
    threshold = largest(module.p.lif.v_th)
    return _feed_forward(module, _refractory(module), state, threshold=threshold)


@register(
    _MODULE + "lif_refrac.LIFRefracRecurrent",
    _MODULE + "lif_refrac.LIFRefracRecurrentCell",
)
def recurrent_refractory_lif(module) -> Neuron:
    state = _state(
        "lif_refrac.LIFRefracState",
        _state("lif.LIFState", "z", "v", "i"),
        "rho",
    )
    threshold = largest(module.p.lif.v_th)
    return _recurrent(module, _refractory(module, _BOTH), state, threshold=threshold)


def _adaptive_step(n):
    """LSNN: the threshold rises with every spike; inputs act a step later."""
    v = _membrane(n, n.v_leak - n.v + n.i)
    b = n.b + n.adaptation * (n.v_th - n.b)
    i = _decayed(n, n.i) + n.x
    step = _spike(n, v, threshold=b, i=i + n.late if hasattr(n, "late") else i)
    step.states["b"] = b + cast(step.outputs["spikes"], b.dtype) * n.beta
    return step


def _adaptive(module, inputs=("x",)):
    p = module.p
    _check(p, type(module).__name__)
    population = _lif_population(
        "lsnn",
        _adaptive_step,
        p,
        module.dt,
        inputs,
        beta=p.beta,
        adaptation=module.dt * p.tau_adapt_inv,
    )
    population.states["b"] = _number(p.v_th, "v_th")
    return population


@register(_MODULE + "lsnn.LSNN", _MODULE + "lsnn.LSNNCell")
def adaptive_lif(module) -> Neuron:
    state = _state("lsnn.LSNNFeedForwardState", "v", "i", "b")
    return _feed_forward(
        module, _adaptive(module), state, threshold=largest(module.p.v_th)
    )


@register(_MODULE + "lsnn.LSNNRecurrent", _MODULE + "lsnn.LSNNRecurrentCell")
def recurrent_adaptive_lif(module) -> Neuron:
    state = _state("lsnn.LSNNState", "z", "v", "i", "b")
    return _recurrent(
        module, _adaptive(module, _BOTH), state, threshold=largest(module.p.v_th)
    )


# -- With an exponential upswing ---------------------------------------------


def _exponential_step(n):
    """The spike is a divergence; with adaptation, a current that rises with it."""
    i = _jump(n)
    upswing = n.delta_T * exp((n.v - n.v_th) / n.delta_T)
    drive = n.v_leak - n.v + upswing + i
    if not hasattr(n, "a"):
        return _spike(n, _membrane(n, drive), i=_decayed(n, i))
    v = _membrane(n, drive - n.a)
    a = n.a + n.adaptation * (n.adaptation_current * (n.v - n.v_leak) - n.a)
    step = _spike(n, v, i=_decayed(n, i))
    rise = cast(step.outputs["spikes"], v.dtype) * n.adaptation_spike
    step.states["a"] = a + rise
    return step


def _exponential_state(population, suffix, *first):
    """The named tuple of the states of a population with an exponential."""
    states = [name for name in ("v", "i", "a") if name in population.states]
    kind = "lif_adex.LIFAdEx" if "a" in states else "lif_ex.LIFEx"
    return _state(kind + suffix, *first, *states)


def _exponential(module, inputs=("x",)):
    p = module.p
    _check(p, type(module).__name__)
    params: dict[str, Any] = {"delta_T": p.delta_T}
    if hasattr(p, "adaptation_spike"):
        params |= {
            "adaptation": module.dt * p.tau_ada_inv,
            "adaptation_current": p.adaptation_current,
            "adaptation_spike": p.adaptation_spike,
        }
    population = _lif_population(
        "lif_ex", _exponential_step, p, module.dt, inputs, **params
    )
    if "adaptation" in params:
        population.states["a"] = 0.0
    return population


@register(
    _MODULE + "lif_ex.LIFEx",
    _MODULE + "lif_ex.LIFExCell",
    _MODULE + "lif_adex.LIFAdEx",
    _MODULE + "lif_adex.LIFAdExCell",
)
def exponential_lif(module) -> Neuron:
    population = _exponential(module)
    state = _exponential_state(population, "FeedForwardState")
    threshold = largest(module.p.v_th)
    return _feed_forward(
        module, population, state, threshold=threshold, remark=EXPONENTIAL
    )


@register(
    _MODULE + "lif_ex.LIFExRecurrent",
    _MODULE + "lif_ex.LIFExRecurrentCell",
    _MODULE + "lif_adex.LIFAdExRecurrent",
    _MODULE + "lif_adex.LIFAdExRecurrentCell",
)
def recurrent_exponential_lif(module) -> Neuron:
    population = _exponential(module, _BOTH)
    state = _exponential_state(population, "State", "z")
    threshold = largest(module.p.v_th)
    return _recurrent(
        module, population, state, threshold=threshold, remark=EXPONENTIAL
    )
