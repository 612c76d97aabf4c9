# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons of SpikingJelly.

Laws are those of version 2.0, whose kernels on the CPU do the same operations as its
reference, in one step and in many (but for I-LIF). A spike that resets to v_reset is
a choice here where SpikingJelly computes spike * v_reset + (1 - spike) * h.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from volley.builder import (
    absolute,
    cast,
    exp,
    floor,
    maximum,
    minimum,
    roundeven,
    to_int,
    where,
)
from volley.torch.neurons import Neuron, Unsupported, register
from volley.torch.neurons._population import (
    EXPONENTIAL,
    Population,
    Step,
    comparison,
    largest,
)

_NEURON = "spikingjelly.activation_based.neuron."
_LAYER = "spikingjelly.activation_based.layer."


# -- What the neurons have in common ----------------------------------------


def _neuron(module, population: Population, **settings: Any) -> Neuron:
    """A module that keeps its states as attributes of their names."""
    time = "TB" if module.step_mode == "m" else "step"
    attributes = {state: state for state in population.states}
    if getattr(module, "store_v_seq", False) and time == "TB":
        attributes["v_seq"] = "v*"
    return Neuron(
        time,
        ("input",),
        "spikes",
        population.emit,
        states=tuple(population.states),
        initial=dict(population.states),
        attributes=attributes,
        **{"threshold": largest(getattr(module, "v_threshold", 1.0)), **settings},
    )


def _initial(module, *names: str) -> dict[str, float]:
    """The values of states after reset()."""
    values = {name: module.get_reset_value(name) for name in names}
    for name, value in values.items():
        if torch.is_tensor(value) and value.numel() != 1:
            raise Unsupported(
                f"a reset value of '{name}' that is a tensor; use one number for all "
                "neurons"
            )
    return {name: float(value) for name, value in values.items()}


def _spiking(module, law, params=None, states=("v",), name=None) -> Neuron:
    """A neuron whose law charges to a potential, then spikes and resets.

    law(n, fire) gives fire(n, h): the potential h before the spike.
    """
    if getattr(module, "_neuron_precision", None) is not None:
        raise Unsupported(
            "a neuron with its own numeric precision; clear it to compute in float32"
        )
    owner = type(module).__name__
    compare = comparison(module.surrogate_function, owner)
    soft = module.v_reset is None
    params = {**(params or {}), "threshold": module.v_threshold}
    if not soft:
        params["v_reset"] = module.v_reset

    def fire(n, h, **others):
        spikes = compare(h, n.threshold)
        reset = h - n.threshold if soft else n.v_reset
        return Step(
            {"v": where(spikes, reset, h), **others},
            {"spikes": spikes},
            (h, n.threshold),
        )

    population = Population(
        name or owner.removesuffix("Node").lower(),
        lambda n: law(n, fire),
        _initial(module, *states),
        params,
    )
    return _neuron(module, population)


def _charge(module, decay: str = "tau"):
    """LIF's potential before the spike, and its parameters.

    `decay` is what multiplies ("factor") or divides ("tau") the leak.
    """
    # v - 0.0 is v.
    at_zero = not module.v_reset

    def scaled(n, x):
        return x / n.tau if decay == "tau" else x * n.factor

    def charge(n):
        leak = n.v if at_zero else n.v - n.v_reset
        if module.decay_input:
            return n.v + scaled(n, n.x - leak)
        return n.v - scaled(n, leak) + n.x

    return charge


# -- Integrate and fire ------------------------------------------------------


@register(
    _NEURON + "integrate_and_fire.IFNode",
    _NEURON + "integrate_and_fire.SimpleIFNode",
    _NEURON + "integrate_and_fire.HalfThresholdIFNode",
)
def integrate_and_fire(module) -> Neuron:
    return _spiking(module, lambda n, fire: fire(n, n.v + n.x), name="if")


@register(_NEURON + "integrate_and_fire.ActivationAwareIFNode")
def activation_aware_if(module) -> Neuron:
    compare = comparison(module.surrogate_function, "ActivationAwareIFNode")
    soft = module.v_reset is None

    def step(n):
        h = n.v + n.x
        shifted = h + n.offset
        spikes = compare(shifted, n.threshold)
        v = where(spikes, h - n.threshold if soft else n.v_reset, h)
        return Step({"v": v}, {"spikes": spikes}, (shifted, n.threshold))

    dim = module.channel_dim
    params = {
        "threshold": _along(module.v_threshold, dim),
        "offset": _along(module.v_offset, dim),
    }
    if not soft:
        params["v_reset"] = module.v_reset
    return _neuron(
        module,
        Population("activation_aware_if", step, _initial(module, "v"), params),
    )


def _along(value, dim):
    """A vector along a dimension of the module's input, which has a batch."""

    def place(shape):
        at = dim - 1 if dim >= 0 else dim + len(shape)
        if at < 0:
            raise Unsupported("parameters per sample; use a channel_dim that is not 0")
        return value.reshape([-1 if d == at else 1 for d in range(len(shape))])

    return value if value.numel() == 1 else place


# -- Leaky integrate and fire ------------------------------------------------


@register(_NEURON + "lif.LIFNode")
def lif(module) -> Neuron:
    charge = _charge(module)
    return _spiking(module, lambda n, fire: fire(n, charge(n)), {"tau": module.tau})


@register(_NEURON + "lif.SimpleLIFNode")
def simple_lif(module) -> Neuron:
    if module.v_reset is None:
        raise Unsupported(
            "SimpleLIFNode needs a v_reset to leak to; use LIFNode(v_reset=None)"
        )
    params = {"tau": module.tau}
    if module.decay_input:

        def law(n, fire):
            return fire(n, n.v + (n.v_reset - n.v + n.x) / n.tau)

    elif not module.v_reset:

        def law(n, fire):
            return fire(n, n.v + (n.v_reset - n.v) / n.tau + n.x)

    else:
        raise Unsupported(
            "SimpleLIFNode with decay_input=False leaks to its v_reset in other "
            "precision at the first step; use LIFNode, or v_reset=0.0"
        )
    return _spiking(module, law, params)


@register(_NEURON + "plif.ParametricLIFNode")
def parametric_lif(module) -> Neuron:
    charge = _charge(module, "factor")
    w = module.w.detach()
    factor = w.to(torch.promote_types(w.dtype, torch.float32)).sigmoid()
    return _spiking(
        module, lambda n, fire: fire(n, charge(n)), {"factor": factor}, name="plif"
    )


@register(_NEURON + "ilif.ILIFNode")
def integer_lif(module) -> Neuron:
    function = module.surrogate_function
    if not function.spiking:
        raise Unsupported("spiking=False of MultiLevelSpikeCount; set it to True")

    # One step and many are computed in different ways.
    in_steps = module.step_mode == "s"

    def step(n):
        h = (n.v - n.v / n.tau if in_steps else n.decay * n.v) + n.x
        scaled = h / n.threshold
        count = roundeven(minimum(maximum(scaled, 0.0), n.most))
        # A count changes halfway between two multiples of the threshold.
        boundary = (floor(scaled) + 0.5) * n.threshold
        return Step(
            {"v": h - count * n.threshold}, {"spikes": to_int(count)}, (h, boundary)
        )

    params = {"threshold": module.v_threshold, "most": function.max_spike_count}
    params |= {"tau": module.tau} if in_steps else {"decay": 1.0 - 1.0 / module.tau}
    return _neuron(module, Population("ilif", step, _initial(module, "v"), params))


@register(_NEURON + "lif_variants.CUBALIFNode")
def cuba_lif(module) -> Neuron:
    def law(n, fire):
        c = n.c * n.c_decay + n.x
        return fire(n, n.v * n.v_decay + c, c=c)

    params = {"c_decay": module.c_decay, "v_decay": module.v_decay}
    return _spiking(module, law, params, ("v", "c"))


@register(_NEURON + "lif_variants.KLIFNode")
def klif(module) -> Neuron:
    charge = _charge(module)
    compare = comparison(module.surrogate_function, "KLIFNode")
    soft, rescales = module.v_reset is None, module.scale_reset

    def step(n):
        h = n.k * charge(n)
        h = where(h < 0.0, 0.0, h)
        spikes = compare(h, n.threshold)
        v = h / n.k if rescales else h
        v = where(spikes, v - n.fall if soft else n.v_reset, v)
        return Step({"v": v}, {"spikes": spikes}, (h, n.threshold))

    k = module.k.detach()
    params = {"k": k, "tau": module.tau, "threshold": module.v_threshold}
    if soft:
        params["fall"] = module.v_threshold / k if rescales else module.v_threshold
    else:
        params["v_reset"] = module.v_reset
    return _neuron(module, Population("klif", step, _initial(module, "v"), params))


# -- Three levels ------------------------------------------------------------


def _ternary(module, charge, params) -> Neuron:
    compare = comparison(module.surrogate_function, type(module).__name__)
    soft = module.v_reset is None

    def step(n):
        h = charge(n)
        up, down = compare(h, n.threshold), compare(-h, n.threshold)
        if soft:
            v = where(up, h - n.threshold, where(down, h + n.threshold, h))
        else:
            v = where(up | down, n.v_reset, h)
        spikes = cast(up, "i32") - cast(down, "i32")
        return Step({"v": v}, {"spikes": spikes}, (absolute(h), n.threshold))

    params = {**params, "threshold": module.v_threshold}
    if not soft:
        params["v_reset"] = module.v_reset
    return _neuron(module, Population("ternary", step, _initial(module, "v"), params))


@register(_NEURON + "ternary.TernaryIFNode")
def ternary_if(module) -> Neuron:
    return _ternary(module, lambda n: n.v + n.x, {})


@register(_NEURON + "ternary.TernaryLIFNode")
def ternary_lif(module) -> Neuron:
    return _ternary(module, _charge(module), {"tau": module.tau})


@register(_NEURON + "spikezip.STBIFNode")
def spikezip(module) -> Neuron:
    def step(n):
        q = n.q + n.x / n.threshold
        level = roundeven(n.acc_q)
        up = (q >= 1.0) & (level < n.most)
        down = (q < 0.0) & (level > n.least)
        change = cast(up, q.dtype) - cast(down, q.dtype)
        return Step(
            {
                "q": q - cast(up, q.dtype) + cast(down, q.dtype),
                "acc_q": level + change,
                "cur_output": change,
            },
            {"spikes": change * n.threshold},
        )

    states = {"q": 0.5, "acc_q": 0.0, "cur_output": 0.0}
    params = {
        "threshold": module.q_threshold,
        "most": module.pos_max,
        "least": module.neg_min,
    }
    threshold = largest(module.q_threshold)
    population = Population("stbif", step, states, params)
    return _neuron(module, population, threshold=threshold)


# -- Other potentials --------------------------------------------------------


def _quadratic(n):
    return n.a0 * (n.v - n.v_rest) * (n.v - n.v_c)


def _quadratic_params(module):
    return {key: getattr(module, key) for key in ("tau", "a0", "v_rest", "v_c")}


@register(_NEURON + "nonlinear_if.QIFNode")
def quadratic_if(module) -> Neuron:
    def law(n, fire):
        return fire(n, n.v + (n.x + _quadratic(n)) / n.tau)

    return _spiking(module, law, _quadratic_params(module))


@register(_NEURON + "nonlinear_if.EIFNode")
def exponential_if(module) -> Neuron:
    def law(n, fire):
        upswing = n.delta * exp((n.v - n.theta) / n.delta)
        return fire(n, n.v + (n.x + n.v_rest - n.v + upswing) / n.tau)

    params = {
        "tau": module.tau,
        "delta": module.delta_T,
        "theta": module.theta_rh,
        "v_rest": module.v_rest,
    }
    neuron = _spiking(module, law, params)
    neuron.remark = EXPONENTIAL
    return neuron


@register(_NEURON + "lif_variants.ComplementaryLIFNode")
def complementary_lif(module) -> Neuron:
    """CLIF: every spike makes the next ones fall deeper."""

    def law(n, fire):
        h = n.v - n.v / n.tau + n.x
        spikes = fire(n, h).outputs["spikes"]
        m = n.m * _logistic(h / n.tau) + cast(spikes, h.dtype)
        v = where(spikes, h - (n.threshold + _logistic(m)), h)
        return Step({"v": v, "m": m}, {"spikes": spikes}, (h, n.threshold))

    neuron = _spiking(module, law, {"tau": module.tau}, ("v", "m"))
    neuron.remark = EXPONENTIAL
    return neuron


def _logistic(x):
    return 1.0 / (1.0 + exp(-x))


@register(_NEURON + "adapt.IzhikevichNode")
def izhikevich(module) -> Neuron:
    def law(n, fire):
        h = n.v + (n.x + _quadratic(n) - n.w) / n.tau
        step = fire(n, h)
        w = n.w + (n.a * (h - n.v_rest) - n.w) / n.tau_w
        step.states["w"] = w + n.b * cast(step.outputs["spikes"], h.dtype)
        return step

    params = {key: getattr(module, key) for key in ("tau_w", "a", "b")}
    return _spiking(module, law, {**_quadratic_params(module), **params}, ("v", "w"))


@register(_NEURON + "resonate.RAFNode")
def resonate_and_fire(module) -> Neuron:
    def law(n, fire):
        u = n.decay * (n.u * n.cos - n.v * n.sin) + n.x
        return fire(n, n.decay * (n.u * n.sin + n.v * n.cos), u=u)

    angle = module.omega * module.dt
    params = {
        "decay": math.exp(module.b * module.dt),
        "cos": math.cos(angle),
        "sin": math.sin(angle),
    }
    return _spiking(module, law, params, ("v", "u"))


# -- Without spikes ----------------------------------------------------------


def _non_spiking(module, charge, params) -> Neuron:
    """What forward gives is the potential at the end of the sequence."""
    if module.decode != "last_mem":
        raise Unsupported(
            f"decode={module.decode!r} of {type(module).__name__}; use 'last_mem', or "
            "reduce what LIFNode or IFNode with a threshold out of reach keeps in v_seq"
        )

    def step(n):
        v = charge(n)
        return Step({"v": v}, {"output": v})

    population = Population("potential", step, {"v": 0.0}, params)
    return Neuron(
        "TB",
        ("input",),
        "v",
        population.emit,
        states=("v",),
        keeps_state=False,
        attributes={"v": "v"},
    )


@register(_NEURON + "integrate_and_fire.NonSpikingIFNode")
def non_spiking_if(module) -> Neuron:
    return _non_spiking(module, lambda n: n.v + n.x, {})


@register(_NEURON + "lif.NonSpikingLIFNode")
def non_spiking_lif(module) -> Neuron:
    def charge(n):
        return n.v + (n.x - n.v) / n.tau

    return _non_spiking(module, charge, {"tau": module.tau})


@register(_LAYER + "misc.Delay")
def delay(module) -> Neuron:
    def emit(net, name, x, expose=(), location=None):
        if module.delay_steps:
            x = net.delay(x, module.delay_steps, name=name, location=location)
        return {"output": x}

    time = "TB" if module.step_mode == "m" else "step"
    return Neuron(time, ("input",), "output", emit)


# -- What has no law ---------------------------------------------------------


def _refuse(reason, *names):
    @register(*names)
    def refuse(module) -> Neuron:
        raise Unsupported(f"{type(module).__name__} {reason}")


_refuse(
    "mixes the steps of a whole run; use LIFNode or ParametricLIFNode",
    _NEURON + "psn.PSN",
    _NEURON + "psn.MaskedPSN",
    _NEURON + "psn.SlidingPSN",
)
_refuse(
    "has other parameters at every step; use ParametricLIFNode",
    _NEURON + "lif_variants.GatedLIFNode",
)
