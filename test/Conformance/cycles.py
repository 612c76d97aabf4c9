# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks with cycles, and the law of the neurons in them."""

import numpy as np

import arithmetic as ar
from files import (
    File,
    constant,
    random_weights,
    type_of,
)

LEAKY = """\
snn.neuron_model private @leaky(state %v: f32 = 0.0, in %x: f32, param %k: f32,
                                param %threshold: f32) -> (spikes: i1) {
  %v1 = math.fma %v, %k, %x : f32
  %s = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.subf %v1, %threshold : f32
  %v3 = arith.select %s, %v2, %v1 : f32
  snn.next (%v3 : f32) emit (%s : i1)
}
"""


def leaky_step(v, x, k, threshold):
    """The law above on vectors: next v, spikes."""
    v = np.array([ar.fma(a, k, b) for a, b in zip(v, x)])
    s = v > threshold
    return np.where(s, v - threshold, v).astype(np.float32), s


def write_cycles():
    file, rng = File("cycles", LEAKY), np.random.default_rng(5)
    f, steps, batch, size = np.float32, 14, 2, 3
    k, threshold = f(0.9), f(1.0)
    constants = "%k = arith.constant 0.9 : f32\n%t = arith.constant 1.0 : f32\n"
    signal, spikes = f"tensor<{size}xf32>", f"tensor<{size}xi1>"
    x = rng.uniform(0, 1, (steps, batch, size)).astype(f)
    w = random_weights(rng, "float32", (size, size)) / f(30)
    weight = f"%w = arith.constant {constant(w)}\n"
    neuron = f"params(%k, %t : f32, f32) : ({signal}) -> {spikes}"

    y = np.empty(x.shape, bool)
    for b in range(batch):
        v, late = np.zeros(size, f), np.zeros(size, bool)
        for t in range(steps):
            v, late = leaky_step(v, x[t, b] + ar.dense(late, w), k, threshold)
            y[t, b] = late
    assert 0.1 < y.mean() < 0.9
    file.add(
        "recurrent",
        "A layer that sees its own spikes one step late.",
        {"x": x},
        constants + weight + f"%y = snn.population @leaky "
        f'"a" (%drive) {neuron}\n%late = snn.delay %y by 1 : {spikes}\n'
        f"%r = snn.dense %late, %w : ({spikes}, {type_of(w)}) -> {signal}\n"
        f"%drive = snn.add %x, %r : {signal}",
        {"y": y},
    )

    # Two loops, one inside the other, with different delays; a layer behind.
    w2 = random_weights(rng, "float32", (size, size)) / f(30)
    inner, outer = np.empty(x.shape, bool), np.empty(x.shape, bool)
    for b in range(batch):
        va = vb = np.zeros(size, f)
        a_spikes, b_spikes = [np.zeros(size, bool)], [np.zeros(size, bool)] * 3
        for t in range(steps):
            drive = (x[t, b] + ar.dense(a_spikes[-1], w)) + ar.dense(b_spikes[-3], w2)
            va, a = leaky_step(va, drive, k, threshold)
            vb, s = leaky_step(vb, ar.dense(a, w), k, threshold)
            a_spikes.append(a)
            b_spikes.append(s)
            inner[t, b], outer[t, b] = a, s
    assert outer.any()
    dense = f"({spikes}, {type_of(w)}) -> {signal}"
    file.add(
        "nested_loops",
        "One loop of delay 1 inside one of delay 3.",
        {"x": x},
        constants + weight + f"%w2 = arith.constant {constant(w2)}\n"
        f'%a = snn.population @leaky "a" (%drive) {neuron}\n'
        f"%a1 = snn.delay %a by 1 : {spikes}\n"
        f"%ra = snn.dense %a1, %w : {dense}\n"
        f"%ab = snn.dense %a, %w : {dense}\n"
        f'%b = snn.population @leaky "b" (%ab) {neuron}\n'
        f"%b3 = snn.delay %b by 3 : {spikes}\n"
        f"%rb = snn.dense %b3, %w2 : {dense}\n"
        f"%drive = snn.add %x, %ra, %rb : {signal}",
        {"a": inner, "b": outer},
    )

    # A delay that is longer for some elements, from values of its own.
    delays, initial = [1, 4, 2], np.array([1.0, -2.0, 0.5], f)
    y = np.empty(x.shape, f)
    for b in range(batch):
        for t in range(steps):
            for n, d in enumerate(delays):
                before = y[t - d, b, n] if t >= d else initial[n]
                y[t, b, n] = ar.fma(before, f(0.5), x[t, b, n])
    file.add(
        "delays_per_element",
        "A filter whose feedback has another delay, and another start, per element.",
        {"x": x},
        f"%h = arith.constant 0.5 : f32\n"
        f"%late = snn.delay %y by [1, 4, 2] initial {constant(initial)} : {signal}\n"
        f'%y = snn.population @filter "" (%late, %x) params(%h : f32) : ({signal}, '
        f"{signal}) -> {signal}",
        {"y": y},
    )

    # Two loops that share nothing but the input, and a layer that sees both.
    y, va, both = np.empty(x.shape, bool), np.empty(x.shape, f), np.empty(x.shape, f)
    for b in range(batch):
        v, u = np.zeros(size, f), np.zeros(size, f)
        fast, slow = [np.zeros(size, bool)] * 2, [np.zeros(size, bool)] * 5
        for t in range(steps):
            v, s = leaky_step(v, x[t, b] + ar.dense(fast[-2], w), k, threshold)
            u, q = leaky_step(u, x[t, b] + ar.dense(slow[-5], w2), k, threshold)
            fast.append(s)
            slow.append(q)
            y[t, b], va[t, b] = q, v
            both[t, b] = ar.dense(s, w2) + ar.dense(q, w)
    exposed = (
        f'params(%k, %t : f32, f32) expose ["v"] : ({signal}) -> ({spikes}, {signal})'
    )
    file.add(
        "separate_loops",
        "Two loops side by side, of delays 2 and 5.",
        {"x": x},
        constants + weight + f"%w2 = arith.constant {constant(w2)}\n"
        f'%a, %v = snn.population @leaky "a" (%da) {exposed}\n'
        f"%a2 = snn.delay %a by 2 : {spikes}\n%ra = snn.dense %a2, %w : {dense}\n"
        f"%da = snn.add %x, %ra : {signal}\n"
        f'%y = snn.population @leaky "b" (%db) {neuron}\n'
        f"%b5 = snn.delay %y by 5 : {spikes}\n%rb = snn.dense %b5, %w2 : {dense}\n"
        f"%db = snn.add %x, %rb : {signal}\n"
        f"%fa = snn.dense %a, %w2 : {dense}\n%fb = snn.dense %y, %w : {dense}\n"
        f"%both = snn.add %fa, %fb : {signal}",
        {"y": y, "v": va, "both": both},
    )

    # More steps and samples than a tile holds, a delay that is longer than a tile.
    for name, steps, batch in (("many_steps", 70, 1), ("many_samples", 3, 67)):
        x = rng.uniform(0, 1, (steps, batch, 2)).astype(f).round(2)
        y, va = np.empty(x.shape, bool), np.empty(x.shape, f)
        for b in range(batch):
            v = np.zeros(2, f)
            for t in range(steps):
                late = va[t - 66, b] if t >= 66 else np.zeros(2, f)
                sooner = x[t - 1, b] if t >= 1 else np.zeros(2, f)
                v, y[t, b] = leaky_step(v, (x[t, b] + late) + sooner, k, threshold)
                va[t, b] = v
        file.add(
            name,
            "A loop whose delay is 66 steps beside a delay of one.",
            {"x": x},
            constants
            + '%y, %v = snn.population @leaky "a" (%drive) params(%k, %t : f32, f32)\n'
            '    expose ["v"] : (tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)\n'
            "%late = snn.delay %v by 66 : tensor<2xf32>\n"
            "%sooner = snn.delay %x by 1 : tensor<2xf32>\n"
            "%drive = snn.add %x, %late, %sooner : tensor<2xf32>",
            {"y": y, "v": va},
        )
    file.parts.insert(
        2,
        "snn.neuron_model private @filter(in %a: f32, in %b: f32, param %h: f32) -> "
        "(y: f32) {\n  %y = math.fma %a, %h, %b : f32\n  snn.next emit (%y : f32)\n}\n",
    )
    file.write()
