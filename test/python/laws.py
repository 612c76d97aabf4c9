# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Laws of neurons and synapses, written a second time, as plainly as possible.

Everything is f64. What is compared with them is the f64 network, or an f32 one
whose numbers are exact in both.
"""

import math

import numpy as np

SPIKING = ("IF", "LIF", "CubaLIF")

# What a profile sets, as the tools do it; leakless is the scheme of I and IF.
PROFILES = {
    "norse": {"scheme": "euler", "reset": "zero"},
    "snntorch": {"scheme": "euler", "reset": "zero"},
    "sinabs": {"scheme": "exponential", "leakless": "per_step", "reset": "subtract"},
    "rockpool": {"scheme": "exponential", "leakless": "per_step", "reset": "subtract"},
    "nengo": {"scheme": "hold", "reset": "zero"},
    "lava": {"scheme": "euler", "reset": "zero", "late": True},
    "spyx": {"scheme": "euler", "reset": "subtract", "late": True},
    "spikingjelly": {"scheme": "euler", "reset": "zero", "compare": "ge"},
    "exact": {"scheme": "exact", "leakless": "exact", "reset": "subtract"},
}


class Neurons:
    """A population: ``step(x)`` gives what its consumers see in this step."""

    def __init__(
        self,
        kind,
        params,
        shape,
        dt,
        *,
        scheme="euler",
        leakless="euler",
        reset="zero",
        reset_delay=False,
        residual=False,
        compare="gt",
        spikes="single",
        v_min=None,
        late=False,
    ):
        self.kind = kind
        self.p = {
            name: np.broadcast_to(np.asarray(value, np.float64), shape)
            for name, value in params.items()
        }
        self.p.setdefault("v_reset", np.zeros(shape))
        self.p.setdefault("w_in", np.ones(shape))
        self.dt = dt
        self.scheme = leakless if kind in ("I", "IF") else scheme
        self.reset = reset
        self.reset_delay = reset_delay
        self.residual = residual
        self.is_ge = compare == "ge"
        self.is_multi = spikes == "multi"
        self.v_min = v_min
        self.late = late and kind in SPIKING
        self.v = np.zeros(shape)
        self.i = np.zeros(shape)
        self.last = np.zeros(shape)

    def step(self, x):
        x = np.broadcast_to(np.asarray(x, np.float64), self.v.shape)
        if self.kind not in SPIKING:
            self.v = self._clamp(self._integrate(self.v, x))
            return self.v.copy()
        now = self._exact_step(x) if self.scheme == "exact" else self._spike_step(x)
        seen, self.last = (self.last if self.late else now), now
        return seen

    def _spike_step(self, x):
        thr = self.p["v_threshold"]
        above = self._is_above(self.v)
        if self.is_multi:
            v = self._integrate(self.v, x)
            count = np.where(v > 0, np.floor(v / thr), 0.0)
            self.v = self._clamp(v - count * thr)
            return count
        if self.reset_delay:
            start = self.v
            if self.reset == "zero":
                start = np.where(above, self.p["v_reset"], start)
            v = self._integrate(start, x)
            if self.reset == "subtract":
                v = v - above * thr
            self.v = self._clamp(v)
            return self._is_above(self.v).astype(float)
        v = self._integrate(self.v, x)
        if self.residual and self.reset == "subtract":
            v = v - above * thr
            spike = self._is_above(v)
            self.v = self._clamp(v - (spike.astype(float) - above) * thr)
            return spike.astype(float)
        spike = self._is_above(v)
        if self.reset == "zero":
            v = np.where(spike, self.p["v_reset"], v)
        elif self.reset == "subtract":
            v = v - spike * thr
        self.v = self._clamp(v)
        return spike.astype(float)

    def _is_above(self, v):
        thr = self.p["v_threshold"]
        return v >= thr if self.is_ge else v > thr

    def _clamp(self, v):
        return v if self.v_min is None else np.maximum(v, self.v_min)

    def _integrate(self, v, x):
        p, dt = self.p, self.dt
        if self.kind in ("I", "IF"):
            return v + (1.0 if self.scheme == "per_step" else dt) * p["r"] * x
        if self.kind in ("LI", "LIF"):
            return self._relax(v, p["tau"], p["r"], p["v_leak"], x)
        self.i = self._relax(self.i, p["tau_syn"], p["w_in"], 0.0, x)
        return self._relax(v, p["tau_mem"], p["r"], p["v_leak"], self.i)

    def _relax(self, s, tau, gain, leak, x):
        """One step of tau s' = (leak - s) + gain x."""
        if self.scheme == "euler":
            return s + self.dt / tau * (leak - s + gain * x)
        decay = np.exp(-self.dt / tau)
        if self.scheme == "exponential":
            return decay * (s - leak) + leak + self.dt / tau * gain * x
        return decay * s + (1 - decay) * (leak + gain * x)

    def _exact_step(self, x):
        """Follows the potential from crossing to crossing inside the step."""
        result = np.zeros(self.v.shape)
        v = self.v.copy()
        for k in np.ndindex(*v.shape):
            thr = self.p["v_threshold"][k]
            start = 0.0 if self.reset == "subtract" else self.p["v_reset"][k]
            left = self.dt
            while True:
                wait = self._time_to_cross(k, v[k], x[k], thr)
                if wait >= left:
                    break
                left -= wait
                v[k] = start
                result[k] += 1
            v[k] = self._flow(k, v[k], x[k], left)
        self.v = v
        return result if self.is_multi else np.minimum(result, 1)

    def _time_to_cross(self, k, v, x, thr):
        if self.kind == "IF":
            slope = self.p["r"][k] * x
            return (thr - v) / slope if slope > 0 else math.inf
        rest = self.p["v_leak"][k] + self.p["r"][k] * x
        if rest <= thr:
            return math.inf
        return self.p["tau"][k] * math.log((rest - v) / (rest - thr))

    def _flow(self, k, v, x, time):
        if self.kind == "IF":
            return v + self.p["r"][k] * x * time
        rest = self.p["v_leak"][k] + self.p["r"][k] * x
        return rest + (v - rest) * math.exp(-time / self.p["tau"][k])


def run_neurons(kind, params, x, dt, **settings):
    """(output, v, i) for x of shape (T, B, *shape)."""
    population = Neurons(kind, params, x.shape[1:], dt, **settings)
    out, v, i = [], [], []
    for step in x:
        out.append(population.step(step))
        v.append(population.v)
        i.append(population.i)
    return np.array(out), np.array(v), np.array(i)


def spikes(shape, rate=0.5, seed=0):
    """Random 0 and 1 in f32."""
    return (np.random.default_rng(seed).random(shape) < rate).astype(np.float32)


def eighths(shape, low=-16, high=17, seed=0):
    """Random multiples of 1/8 in f32: sums and products of a few are exact."""
    numbers = np.random.default_rng(seed).integers(low, high, shape)
    return (numbers / 8).astype(np.float32)


# Synapses, for x of shape (T, B, *shape)


def dense(x, weight, bias=None):
    """weight (..., out, in), x (T, B, ..., in)."""
    y = np.einsum("...oi,tb...i->tb...o", weight.astype(float), x.astype(float))
    return y if bias is None else y + bias


def same_padding(kernel, dilation):
    """(before, after) per dimension; of an odd total the larger part is behind."""
    totals = [d * (k - 1) for k, d in zip(kernel, dilation)]
    return [(total // 2, total - total // 2) for total in totals]


def conv(x, weight, bias, stride, padding, dilation, groups):
    """Cross-correlation; padding is (before, after) per spatial dimension."""
    out_channels, per_group, *kernel = weight.shape
    x = np.pad(x.astype(float), [(0, 0)] * 3 + list(padding))
    size = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[3:], kernel, stride, dilation)
    ]
    y = np.zeros((*x.shape[:2], out_channels, *size))
    for o in range(out_channels):
        first = o // (out_channels // groups) * per_group
        for position in np.ndindex(*size):
            acc = np.zeros(x.shape[:2])
            for c in range(per_group):
                for k in np.ndindex(*kernel):
                    at = tuple(
                        p * s + i * d
                        for p, s, i, d in zip(position, stride, k, dilation)
                    )
                    acc += x[(..., first + c, *at)] * float(weight[(o, c, *k)])
            y[(..., o, *position)] = acc + bias[o]
    return y


def pool(x, kernel, stride, padding, average):
    x = np.pad(x.astype(float), [(0, 0)] * 3 + [(p, p) for p in padding])
    size = [(n - k) // s + 1 for n, k, s in zip(x.shape[3:], kernel, stride)]
    y = np.zeros((*x.shape[:3], *size))
    for r, c in np.ndindex(*size):
        r0, c0 = r * stride[0], c * stride[1]
        window = x[..., r0 : r0 + kernel[0], c0 : c0 + kernel[1]]
        y[..., r, c] = window.sum((-1, -2))
    return y / (kernel[0] * kernel[1]) if average else y


def delay(x, steps):
    """steps is a number or one per element."""
    steps = np.broadcast_to(steps, x.shape[2:])
    y = np.zeros_like(x)
    for k in np.ndindex(*steps.shape):
        for t in range(steps[k], len(x)):
            y[(t, slice(None), *k)] = x[(t - steps[k], slice(None), *k)]
    return y
