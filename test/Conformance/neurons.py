# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The laws of named neurons, from docs/Spec/NamedNeurons.md."""

import math

import numpy as np

from arithmetic import fma, to_int

PARAMETERS = {
    "integrator": ["r"],
    "if": ["r", "v_threshold", "v_reset"],
    "li": ["tau", "r", "v_leak"],
    "lif": ["tau", "r", "v_leak", "v_threshold", "v_reset"],
    "cuba_li": ["tau_syn", "tau_mem", "r", "v_leak", "w_in"],
    "cuba_lif": [
        *("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in")
    ],
    "threshold": ["threshold"],
}
STATES = {
    **dict.fromkeys(("integrator", "if", "li", "lif"), ["v"]),
    **dict.fromkeys(("cuba_li", "cuba_lif"), ["v", "i"]),
    "threshold": [],
}
SCHEMES = {
    **dict.fromkeys(("integrator", "if"), ["forward_euler", "per_step", "exact"]),
    **dict.fromkeys(
        ("li", "lif"), ["forward_euler", "exponential", "zero_order_hold", "exact"]
    ),
    **dict.fromkeys(
        ("cuba_li", "cuba_lif"), ["forward_euler", "exponential", "zero_order_hold"]
    ),
    "threshold": ["forward_euler"],
}


class Neurons:
    """A vector of neurons of one kind; ``params`` are f64, scalars or vectors."""

    def __init__(self, kind, params, size, dt, float_type, **settings):
        self.kind, self.dt, self.float = kind, dt, float_type
        self.params = {
            name: np.broadcast_to(np.float64(value), size)
            for name, value in params.items()
        }
        self.scheme = settings["scheme"]
        self.reset = settings["reset"]
        self.compare = settings["compare"]
        self.is_multi = settings["spikes"] == "multi"
        self.reset_delay = settings.get("reset_delay", False)
        self.residual = settings.get("residual_reset", False)
        self.v_min = settings.get("v_min")
        self.v = [float_type(0)] * size
        self.i = [float_type(0)] * size

    def step(self, x):
        return [self.update(n, value) for n, value in enumerate(x)]

    def get(self, name, n):
        return self.float(self.params[name][n])

    # A coefficient that is trivial for all neurons leaves the law.

    def affine(self, gain, n, x, offset):
        """gain x + offset; an offset of None is absent."""
        if (gain == 1.0).all():
            return x if offset is None else x + offset
        g = self.float(gain[n])
        return g * x if offset is None else fma(g, x, offset)

    def relax(self, tau, gain, has_leak, n, s, x):
        tau, gain = self.params[tau], self.params[gain]
        rate = self.dt / tau
        leak = None
        if has_leak and (self.params["v_leak"] != 0).any():
            leak = self.get("v_leak", n)
        if self.scheme == "forward_euler":
            k = self.float(rate[n])
            if leak is None and (gain == 1.0).all():
                drive = x - s
            else:
                drive = self.affine(gain, n, x, -s if leak is None else leak - s)
            return fma(k, drive, s)
        a = self.float(math.exp(-self.dt / tau[n]))
        if self.scheme == "exponential":
            drive = self.affine(rate * gain, n, x, leak)
            return fma(a, s if leak is None else s - leak, drive)
        u = self.affine(gain, n, x, leak)
        return fma(a, s - u, u)

    def integrate(self, n, v, x):
        if self.kind in ("integrator", "if"):
            gain = self.params["r"]
            if self.scheme != "per_step":
                gain = self.dt * gain
            if (gain == 1.0).all():
                return v + x
            return fma(self.float(gain[n]), x, v)
        if self.kind in ("li", "lif"):
            return self.relax("tau", "r", True, n, v, x)
        self.i[n] = self.relax("tau_syn", "w_in", False, n, self.i[n], x)
        return self.relax("tau_mem", "r", True, n, v, self.i[n])

    def is_above(self, v, threshold):
        return bool(v >= threshold if self.compare == "ge" else v > threshold)

    def clamp(self, v):
        if self.v_min is None:
            return v
        least = self.float(self.v_min)
        return least if v < least else v

    def update(self, n, x):
        """The next state of neuron n; returns its output."""
        if self.kind == "threshold":
            return self.is_above(x, self.get("threshold", n))
        if "v_threshold" not in self.params:
            self.v[n] = self.clamp(self.integrate(n, self.v[n], x))
            return self.v[n]
        if self.scheme == "exact":
            return self.update_exactly(n, x)
        v, threshold = self.v[n], self.get("v_threshold", n)
        reset_value = self.get("v_reset", n)
        if self.is_multi:
            v = self.integrate(n, v, x)
            count = self.float(0)
            if v > 0:
                count = np.floor(v / threshold)
            self.v[n] = self.clamp(fma(-count, threshold, v))
            return to_int(count)
        if self.reset_delay:
            late = self.is_above(v, threshold)
            if late and self.reset == "zero":
                v = reset_value
            v = self.integrate(n, v, x)
            if late and self.reset == "subtract":
                v = v - threshold
            self.v[n] = self.clamp(v)
            return self.is_above(self.v[n], threshold)
        if self.residual:
            late = self.is_above(v, threshold)
            test = self.integrate(n, v, x)
            if late:
                test = test - threshold
            spike = self.is_above(test, threshold)
            if spike:
                v = test if late else test - threshold
            else:
                v = test + threshold if late else test
            self.v[n] = self.clamp(v)
            return spike
        v = self.integrate(n, v, x)
        spike = self.is_above(v, threshold)
        if spike and self.reset == "zero":
            v = reset_value
        elif spike and self.reset == "subtract":
            v = v - threshold
        self.v[n] = self.clamp(v)
        return spike

    def update_exactly(self, n, x):
        v, threshold = self.v[n], self.get("v_threshold", n)
        start = self.float(0) if self.reset == "subtract" else self.get("v_reset", n)
        count = 0
        if self.kind == "lif":
            leak = None
            if (self.params["v_leak"] != 0).any():
                leak = self.get("v_leak", n)
            u = self.affine(self.params["r"], n, x, leak)
            a = self.float(math.exp(-self.dt / self.params["tau"][n]))
            v1 = fma(a, v - u, u)
            if u > threshold and v1 > threshold:
                left = (a * (v - u)) / (threshold - u)
                growth = (u - start) / (u - threshold)
                count, v1 = 1, fma(start - u, left, u)
                while v1 > threshold and count < 64:
                    left = left * growth
                    count, v1 = count + 1, fma(start - u, left, u)
        else:
            v1 = self.integrate(n, v, x)
            if v1 > threshold:
                count, v1 = 1, start + (v1 - threshold)
                while v1 > threshold and count < 64:
                    count, v1 = count + 1, start + (v1 - threshold)
        self.v[n] = v1
        return np.int32(count) if self.is_multi else count > 0
