# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons of sinabs.

Laws are those of version 2.0. Layers take (B, T, ...), the Squeeze variants
(B * T, ...). A recurrent connection gives nothing in the first step of a sequence, its
bias included.
"""

from __future__ import annotations

from typing import Any

import torch

from volley.builder import cast, maximum, minimum, roundeven, to_int, trunc, where
from volley.torch.neurons import Neuron, Unsupported, register
from volley.torch.neurons._population import Population, Step, largest
from volley.torch.neurons._projections import projection

_LAYERS = "sinabs.layers."
_ACTIVATION = "sinabs.activation."


class _Activation:
    """Spikes and reset of a layer, by its spike_fn and reset_fn."""

    def __init__(self, module):
        owner = type(module).__name__
        self.function = _name(module.spike_fn)
        if self.function not in ("SingleSpike", "MultiSpike", "MaxSpike"):
            raise Unsupported(
                f"spike_fn {self.function} of {owner}; use SingleSpike, MultiSpike or "
                "MaxSpike"
            )
        self.reset = _name(module.reset_fn)
        if self.reset not in ("MembraneReset", "MembraneSubtract"):
            raise Unsupported(
                f"reset_fn {self.reset} of {owner}; use MembraneSubtract or "
                "MembraneReset"
            )
        self.params: dict[str, Any] = {}
        most = getattr(module.spike_fn, "max_num_spikes_per_bin", None)
        if most is not None:
            self.params["most"] = most
        if self.reset == "MembraneReset":
            self.params["reset_value"] = module.reset_fn.reset_value
        elif module.reset_fn.subtract_value is not None:
            self.params["subtract_value"] = module.reset_fn.subtract_value

    def spike(self, n, v, threshold):
        """(spikes, their number as a float, whether there are any)."""
        if self.function == "SingleSpike":
            spikes = v >= threshold
            return spikes, cast(spikes, v.dtype), spikes
        count = where(v > 0.0, trunc(v / threshold), 0.0)
        if "most" in self.params:
            count = minimum(count, n.most)
        return to_int(count), count, count != 0.0

    def after(self, n, v, threshold, count, any_spike):
        """The potential after the reset."""
        if self.reset == "MembraneReset":
            # sinabs adds the value in every step, spike or none.
            return where(any_spike, 0.0, v) + n.reset_value
        fall = n.subtract_value if "subtract_value" in self.params else threshold
        return v - count * fall

    def margin(self, v, threshold):
        """The number of spikes changes at multiples of the threshold."""
        if self.function == "SingleSpike":
            return v, threshold
        return v, maximum(roundeven(v / threshold), 1.0) * threshold


def _name(function) -> str:
    cls = function if isinstance(function, type) else type(function)
    known = cls.__module__.startswith(_ACTIVATION)
    return cls.__name__ if known else f"{cls.__module__}.{cls.__qualname__}"


def _floored(n, v):
    """The potential held above min_v_mem; it rounds where it is above, too."""
    if not hasattr(n, "min_v_mem"):
        return v
    return maximum(v - n.min_v_mem, 0.0) + n.min_v_mem


def _neuron(module, population, output="spikes", **settings) -> Neuron:
    """A layer over a sequence; with rec_connect it hears its own spikes."""
    emit = population.emit
    if hasattr(module, "rec_connect"):
        emit = _closed(
            population, projection(module.rec_connect, type(module).__name__)
        )
    time = "(BT)" if hasattr(module, "squeeze_init") else "BT"
    states = tuple(population.states)
    return Neuron(
        time,
        ("input",),
        output,
        emit,
        states=states,
        attributes={} if time == "(BT)" else {s: s for s in states},
        folded=_folded(module) if time == "(BT)" else (None, None),
        **settings,
    )


def _closed(population, project):
    def emit(net, name, x, expose=(), location=None):
        at = dict(name=name, location=location)
        late = net.delay(shape=x.shape, dtype=net.precision, **at)
        results = population.emit(net, name, x, late, expose=expose, location=location)
        recurrent = project(net, results["spikes"], **at)
        late.connect(net.reshape(recurrent, x.shape, **at))
        return results

    return emit


def _inputs(module):
    return ("x", "late") if hasattr(module, "rec_connect") else ("x",)


def _current(n):
    return n.x + n.late if hasattr(n, "late") else n.x


def _present(**params):
    return {k: _constant(v) for k, v in params.items() if v is not None}


def _constant(value):
    return value.detach() if torch.is_tensor(value) else value


@register(
    *(
        _LAYERS + name
        for name in (
            "iaf.IAF",
            "iaf.IAFRecurrent",
            "iaf.IAFSqueeze",
            "lif.LIF",
            "lif.LIFRecurrent",
            "lif.LIFSqueeze",
            "exp_leak.ExpLeak",
            "exp_leak.ExpLeakSqueeze",
        )
    )
)
def leaky(module) -> Neuron:
    """IAF is LIF that does not decay, ExpLeak one that does not spike."""
    activation = _Activation(module) if module.spike_fn else None
    alpha_mem, alpha_syn = module.alpha_mem_calculated, module.alpha_syn_calculated

    def step(n):
        current, states = _current(n), {}
        if alpha_syn is not None:
            current = states["i_syn"] = n.alpha_syn * (n.i_syn + current)
        if module.norm_input:
            current = n.gain * current
        v = n.alpha_mem * n.v_mem + current
        if activation is None:
            return Step({**states, "v_mem": _floored(n, v)}, {"output": v})
        spikes, *count = activation.spike(n, v, n.threshold)
        end = _floored(n, activation.after(n, v, n.threshold, *count))
        margin = activation.margin(v, n.threshold)
        return Step({**states, "v_mem": end}, {"spikes": spikes}, margin)

    params = _present(
        alpha_mem=alpha_mem,
        alpha_syn=alpha_syn,
        gain=1 - alpha_mem if module.norm_input else None,
        min_v_mem=module.min_v_mem,
    )
    states = {"v_mem": 0.0}
    if alpha_syn is not None:
        states["i_syn"] = 0.0
    if activation is None:
        return _neuron(module, Population("exp_leak", step, states, params), "output")
    params |= {"threshold": module.spike_threshold.detach(), **activation.params}
    population = Population("lif", step, states, params, _inputs(module))
    return _neuron(module, population, threshold=largest(module.spike_threshold))


@register(
    _LAYERS + "alif.ALIF",
    _LAYERS + "alif.ALIFRecurrent",
    _LAYERS + "alif.ALIFSqueeze",
)
def adaptive(module) -> Neuron:
    activation = _Activation(module)
    alpha_mem, alpha_syn = module.alpha_mem_calculated, module.alpha_syn_calculated
    alpha_adapt = module.alpha_adapt_calculated

    def step(n):
        current, states = _current(n), {}
        if alpha_syn is not None:
            current = n.alpha_syn * (n.i_syn + current)
        if module.norm_input:
            current = n.gain * current
        if alpha_syn is not None:
            states["i_syn"] = current
        v = n.alpha_mem * n.v_mem + current
        threshold = n.b0 + n.adapt_scale * n.b
        spikes, *count = activation.spike(n, v, threshold)
        end = _floored(n, activation.after(n, v, threshold, *count))
        b = n.alpha_adapt * n.b + n.rise * count[0]
        return Step(
            {**states, "v_mem": end, "b": b},
            {"spikes": spikes},
            activation.margin(v, threshold),
        )

    params = _present(
        alpha_mem=alpha_mem,
        alpha_syn=alpha_syn,
        alpha_adapt=alpha_adapt,
        rise=1 - alpha_adapt,
        gain=1 - alpha_mem if module.norm_input else None,
        adapt_scale=module.adapt_scale,
        b0=module.b0,
        min_v_mem=module.min_v_mem,
        **activation.params,
    )
    states = {"v_mem": 0.0, "b": 0.0}
    if alpha_syn is not None:
        states["i_syn"] = 0.0
    population = Population("alif", step, states, params, _inputs(module))
    neuron = _neuron(module, population, threshold=largest(module.b0))
    neuron.attributes.pop("i_syn", None)  # sinabs does not update it
    return neuron


def _folded(module):
    """The batch and the steps that a squeezing layer was told, None for -1."""
    sizes = (module.batch_size, module.num_timesteps)
    return tuple(size if size > 0 else None for size in sizes)
