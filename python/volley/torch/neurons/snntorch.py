# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons of snnTorch.

Laws are those of version 1.0. A neuron is reset one step after its spike, by what its
potential was before the step, unless reset_delay=False.
"""

from __future__ import annotations

import torch

from volley.builder import cast, where
from volley.torch.neurons import Neuron, Unsupported, register
from volley.torch.neurons._population import Population, Step, comparison, largest
from volley.torch.neurons._projections import projection

_NEURONS = "snntorch._neurons."
_RESETS = {"_base_sub": "subtract", "_base_zero": "zero", "_base_int": "none"}


class _Settings:
    """What all neurons of snnTorch have: threshold, reset, form of the spikes."""

    def __init__(self, module):
        self.module = module
        self.owner = type(module).__name__
        for setting in ("inhibition", "state_quant"):
            if getattr(module, setting):
                raise Unsupported(f"{setting} of {self.owner}; build it without")
        self.reset = _RESETS[module.state_function.__name__]
        if self.reset != module.reset_mechanism:
            raise Unsupported(
                f"a reset_mechanism of {self.owner} that was changed after it was "
                "built, which snnTorch follows in part; build a new one"
            )
        self.delayed = getattr(module, "reset_delay", True)
        self.compare = comparison(module.spike_grad, self.owner)
        factor = module.graded_spikes_factor.detach()
        self.graded = bool((factor != 1).any())
        if not self.delayed and not factor.all():
            raise Unsupported(
                f"graded_spikes_factor=0 of {self.owner} with reset_delay=False, where "
                "snnTorch divides by it; use another factor"
            )
        self.params = {"threshold": module.threshold}
        if self.graded:
            self.params["graded"] = factor

    def spikes(self, n, potential):
        return self.compare(potential, n.threshold)

    def was_reset(self, n):
        """Whether the potential before the step is above the threshold."""
        return self.spikes(n, n.mem)

    def reset_after(self, n, was_reset, mem):
        """The potential after the reset of the spike of the step before."""
        if self.reset == "subtract":
            return where(was_reset, mem - n.threshold, mem)
        if self.reset == "zero":
            return where(was_reset, 0.0, mem)
        return mem

    def finish(self, n, mem, was_reset, **states) -> Step:
        """The spikes, and their own reset where it is not delayed."""
        spikes = self.spikes(n, mem)
        given = cast(spikes, mem.dtype) * n.graded if self.graded else spikes
        end = mem
        if not self.delayed and self.reset != "none":
            # Of a neuron that was reset in this step and did not spike again
            # snnTorch takes the reset back.
            change = cast(spikes, mem.dtype) - cast(was_reset, mem.dtype)
            end = mem - change * (n.threshold if self.reset == "subtract" else mem)
        return Step({**states, "mem": end}, {"spikes": given}, (mem, n.threshold))

    def neuron(self, emit, states) -> Neuron:
        """The module, whose states are arguments, results and attributes."""
        module = self.module
        hidden = module.init_hidden
        returns = "spikes"
        if module.output or not hidden:
            returns = ("spikes", *(s for s in states if s != "spikes"))
        return Neuron(
            "step",
            ("input",) if hidden else ("input", *states),
            returns,
            emit,
            states=states,
            attributes={"spk" if s == "spikes" else s: s for s in states},
            threshold=largest(module.threshold),
        )


def _unit(value: torch.Tensor) -> torch.Tensor:
    """A decay as snnTorch uses it."""
    return value.detach().clamp(0, 1)


def _zeros(*names):
    return {name: 0.0 for name in names}


# -- Feed-forward ------------------------------------------------------------


@register(_NEURONS + "leaky.Leaky")
def leaky(module) -> Neuron:
    settings = _Settings(module)

    def step(n):
        was_reset = settings.was_reset(n)
        if settings.reset == "zero":
            mem = n.beta * where(was_reset, 0.0, n.mem) + n.x
        else:
            mem = settings.reset_after(n, was_reset, n.beta * n.mem + n.x)
        return settings.finish(n, mem, was_reset)

    params = {**settings.params, "beta": _unit(module.beta)}
    population = Population("leaky", step, _zeros("mem"), params)
    return settings.neuron(population.emit, ("mem",))


@register(_NEURONS + "synaptic.Synaptic")
def synaptic(module) -> Neuron:
    settings = _Settings(module)

    def step(n):
        was_reset = settings.was_reset(n)
        syn = n.alpha * n.syn + n.x
        mem = settings.reset_after(n, was_reset, n.beta * n.mem + syn)
        return settings.finish(n, mem, was_reset, syn=syn)

    params = {
        **settings.params,
        "alpha": _unit(module.alpha),
        "beta": _unit(module.beta),
    }
    population = Population("synaptic", step, _zeros("syn", "mem"), params)
    return settings.neuron(population.emit, ("syn", "mem"))


@register(_NEURONS + "lapicque.Lapicque")
def lapicque(module) -> Neuron:
    settings = _Settings(module)

    def step(n):
        was_reset = settings.was_reset(n)
        current = n.x * n.resistance * n.rate * n.time_step
        mem = settings.reset_after(n, was_reset, current + n.decay * n.mem)
        return settings.finish(n, mem, was_reset)

    tau = module.R * module.C
    params = {
        **settings.params,
        "resistance": module.R,
        "rate": 1 / tau,
        "time_step": module.time_step,
        "decay": 1 - module.time_step / tau,
    }
    population = Population("lapicque", step, _zeros("mem"), params)
    return settings.neuron(population.emit, ("mem",))


@register(_NEURONS + "alpha.Alpha")
def alpha(module) -> Neuron:
    settings = _Settings(module)

    def step(n):
        was_reset = settings.was_reset(n)
        rise = n.alpha * n.syn_exc + n.x
        fall = n.beta * n.syn_inh - n.x
        mem = n.gain * (rise + fall)
        if settings.reset == "subtract":
            rise = where(was_reset, rise - n.threshold, rise)
            mem = where(was_reset, mem + n.syn_inh, mem)
        elif settings.reset == "zero":
            rise = where(was_reset, 0.0, rise)
            mem = where(was_reset, 0.0, mem)
        if settings.reset != "none":
            fall = where(was_reset, 0.0, fall)
        return settings.finish(n, mem, was_reset, syn_exc=rise, syn_inh=fall)

    a, b = _unit(module.alpha), _unit(module.beta)
    gain = torch.log(a) / (torch.log(b) - torch.log(a)) + 1
    params = {**settings.params, "alpha": a, "beta": b, "gain": gain}
    states = ("syn_exc", "syn_inh", "mem")
    population = Population("alpha", step, _zeros(*states), params)
    return settings.neuron(population.emit, states)


# -- Recurrent ---------------------------------------------------------------


def _recurrent(settings, name, step, states, params) -> Neuron:
    """A neuron with its own spikes of the step before, `n.late`, as second input."""
    module = settings.module
    all_states = ("spikes", *states)
    if not module.all_to_all:
        return _one_to_one(settings, name, step, states, params)
    population = Population(name, step, _zeros(*states), params, ("x", "late"))
    project = projection(module.recurrent, settings.owner)

    def emit(net, name, x, expose=(), location=None):
        at = dict(name=name, location=location)
        late = net.delay(shape=x.shape, dtype=population.dtype(net), **at)
        recurrent = project(net, late, **at)
        results = population.emit(
            net, name, x, recurrent, expose=expose, location=location
        )
        late.connect(results["spikes"])
        return results

    return settings.neuron(emit, all_states)


def _one_to_one(settings, name, step, states, params) -> Neuron:
    """Every neuron hears its own spikes only: they are a state of the law."""
    kept = 0.0 if settings.graded else (False, "i1")

    def keep(n):
        previous = n.previous if settings.graded else cast(n.previous, n.x.dtype)
        n.late = previous * n.recurrent
        result = step(n)
        result.states["previous"] = result.outputs["spikes"]
        return result

    population = Population(
        name,
        keep,
        {"previous": kept, **_zeros(*states)},
        {**params, "recurrent": settings.module.recurrent.V.detach()},
    )
    return settings.neuron(population.emit, ("spikes", *states))


@register(_NEURONS + "rleaky.RLeaky")
def recurrent_leaky(module) -> Neuron:
    settings = _Settings(module)

    def step(n):
        was_reset = settings.was_reset(n)
        mem = n.beta * n.mem + n.x + n.late
        mem = settings.reset_after(n, was_reset, mem)
        return settings.finish(n, mem, was_reset)

    params = {**settings.params, "beta": _unit(module.beta)}
    return _recurrent(settings, "rleaky", step, ("mem",), params)


@register(_NEURONS + "rsynaptic.RSynaptic")
def recurrent_synaptic(module) -> Neuron:
    settings = _Settings(module)
    if not settings.delayed:
        raise Unsupported(
            "reset_delay=False of RSynaptic, which fails in snnTorch; use True"
        )

    def step(n):
        was_reset = settings.was_reset(n)
        syn = n.alpha * n.syn + n.x + n.late
        mem = settings.reset_after(n, was_reset, n.beta * n.mem + syn)
        return settings.finish(n, mem, was_reset, syn=syn)

    params = {
        **settings.params,
        "alpha": _unit(module.alpha),
        "beta": _unit(module.beta),
    }
    return _recurrent(settings, "rsynaptic", step, ("syn", "mem"), params)


@register(_NEURONS + "leakyparallel.LeakyParallel")
def leaky_parallel(module) -> Neuron:
    raise Unsupported(
        "LeakyParallel is an RNN over the whole sequence; use Linear and "
        "Leaky(reset_mechanism='none') in a loop over time"
    )
