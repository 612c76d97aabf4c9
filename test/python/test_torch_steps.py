# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loops whose steps differ: initial values, numbers of steps, what comes again."""

import itertools
from collections import deque

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snntorch = pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import agree, evaluate, noise, run, seeded  # noqa: E402

torch.set_num_threads(1)


class Loop(nn.Module):
    """Neurons in a loop over time; `body` says what is done with their spikes.

    body(module, x, steps): steps gives (t, current, spikes) of each step.
    """

    def __init__(self, body, start=None):
        super().__init__()
        self.fc, self.body, self.start = nn.Linear(8, 6), body, start

    def steps(self, x):
        mem = 0.0 if self.start is None else self.start(self, x)
        for t in range(x.shape[0]):
            current = self.fc(x[t])
            mem = 0.9 * mem + current
            spikes = (mem > 0.5).float()
            mem = mem - spikes
            yield t, current, spikes

    def forward(self, x):
        return self.body(self, x, self.steps(x))


def stacked(net, x, steps):
    return torch.stack([spikes for _, _, spikes in steps])


# States that start from an input.


@pytest.mark.parametrize(
    "start",
    [
        lambda net, x: x[0, :, :6],
        lambda net, x: net.fc(x[0]),
        lambda net, x: (net.fc(x[0]) > 0).float() * 0.3,
    ],
)
def test_states_that_start_from_an_input(start):
    net, _ = agree(lambda: Loop(stacked, start), noise(18, 2, 8, scale=2.0))
    assert any("first step" in remark for remark in net.remarks)


def test_remarks_on_loops_of_a_fixed_length():
    """The number of steps is the module's own, so that no other one is tried."""

    class Fixed(Loop):
        def steps(self, x):
            return super().steps(x.unflatten(0, (4,)))

    module, x = seeded(Fixed, stacked, lambda net, x: net.fc(x[0])), noise(4, 2, 8)
    net = volley.from_torch(module, x)
    assert any("first step" in remark for remark in net.remarks)
    assert (evaluate(net, x.numpy()) == run(module, x).numpy()).all()


def changes(net, x, steps):
    """Differences of successive inputs, and of currents."""
    last, late, result = x[0], net.fc(x[0]), []
    for t, current, spikes in steps:
        result.append((x[t] - last)[:, :6] + 2 * (current - late) + spikes)
        last, late = x[t], current
    return torch.stack(result)


def modulated(net, x, steps):
    """A reference that follows the first input in steps."""
    level, result = x[0].clone(), []
    for t, _, spikes in steps:
        up = (x[t] - level > 0.5).float()
        down = (x[t] - level < -0.5).float()
        level = level + 0.5 * (up - down)
        result.append(torch.cat([up, down, spikes], 1))
    return torch.stack(result)


@pytest.mark.parametrize("body", [changes, modulated])
def test_earlier_inputs(body):
    agree(lambda: Loop(body), noise(18, 2, 8, scale=2.0), tolerance=1e-5)


def test_a_state_that_starts_from_another_input():
    class Given(Loop):
        def forward(self, x, first):
            self.start = lambda net, x: self.fc(first)
            return super().forward(x)

    module = seeded(Given, stacked)
    x, first = noise(6, 2, 8, scale=2.0), noise(2, 8, seed=2, scale=2.0)
    net = volley.from_torch(module, (x, first))
    y = evaluate(net, {"x": x.numpy(), "first": first.numpy()})
    assert (y == run(module, x, first).numpy()).all()


# Results that are of the first step.


def largest(net, x, steps):
    most = None
    for _, current, _ in steps:
        most = current if most is None else torch.maximum(most, current)
    return most


def both(net, x, steps):
    """Of every step, and the last by itself."""
    least, out, result = None, 0.0, []
    for t, current, _ in steps:
        least = current if least is None else torch.minimum(least, current)
        out = current if t == 0 else 0.9 * out - current
        result.append(out)
    return torch.stack(result), out, least


def assert_equal(module, net, x, lengths, tolerance=1e-5):
    """A network gives what the module gives, of some first steps, after resets."""
    session = volley.compile(net).session(x.shape[1])
    for steps in lengths:
        session.reset()
        for got in (evaluate(net, x[:steps].numpy()), session(x[:steps].numpy())):
            got = [*got.values()] if isinstance(got, dict) else [got]
            expected = run(module, x[:steps])
            expected = expected if isinstance(expected, tuple) else [expected]
            for y, e in zip(got, expected, strict=True):
                np.testing.assert_allclose(y, e.numpy(), rtol=0, atol=tolerance)


@pytest.mark.parametrize("body", [largest, both])
def test_the_last_value_is_that_of_the_first_step_if_there_is_one(body):
    module, x = seeded(Loop, body), noise(7, 2, 8)
    assert_equal(module, volley.from_torch(module, x), x, (1, 2, 7))


# What begins later than a few steps show.


def delayed(*delays, first=torch.zeros):
    """Currents, and earlier spikes beside them."""

    def body(net, x, steps):
        lines = [[first(x.shape[1], 6)] * delay for delay in delays]
        result = []
        for _, current, spikes in steps:
            for i, line in enumerate(lines):
                line.append(spikes)
                current = current + (i + 1) * line.pop(0)
            result.append(current)
        return torch.stack(result)

    return body


def windowed(net, x, steps):
    """As a filter of finite length, once there is enough."""
    last, result = deque(maxlen=7), []
    for _, current, _ in steps:
        none = torch.zeros_like(current)
        result.append(current - (last[0] if len(last) == 7 else none))
        last.append(current)
    return torch.stack(result)


def gathered(net, x, steps):
    """Lists of which one is late."""
    line, now, late = [torch.zeros(x.shape[1], 6)] * 6, [], []
    for _, current, spikes in steps:
        line.append(current)
        now.append(spikes)
        late.append(line.pop(0))
    return torch.stack(now) - torch.stack(late)


def from_buffer(net, x, steps):
    line, result = [net.fc.bias.expand(x.shape[1], 6)] * 9, []
    for _, current, spikes in steps:
        line.append(spikes)
        result.append(current * line.pop(0))
    return torch.stack(result)


@pytest.mark.parametrize(
    "body",
    [
        *(delayed(delay) for delay in (1, 4, 5, 6, 13, 20)),
        delayed(5, 6, 17),
        delayed(9, first=torch.ones),
        windowed,
        gathered,
        from_buffer,
    ],
)
def test_delays_that_are_longer_than_what_is_traced(body):
    module, x = seeded(Loop, body), noise(40, 2, 8, scale=2.0)
    net = volley.from_torch(module, x[:4])
    assert_equal(module, net, x, (1, 7, 40))


def test_delays_of_hundreds_of_steps():
    """What is the same for hundreds of steps is said to be a constant."""
    x = noise(90, 2, 8, scale=2.0)
    module = seeded(Loop, delayed(60))
    net = volley.from_torch(module, x[:4])
    assert not any("constant" in remark for remark in net.remarks)
    assert_equal(module, net, x, (90,))
    net = volley.from_torch(seeded(Loop, delayed(1000)), x[:4])
    assert any("in the first 300 steps" in remark for remark in net.remarks)


class Own(nn.Module):
    """A module that says how many steps there are."""

    def __init__(self, steps):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 6), snntorch.Leaky(0.9)
        self.steps = steps

    def forward(self, x):
        mem, line, result = self.lif.reset_mem(), [torch.zeros(6)] * 9, []
        for _ in range(self.steps):
            spk, mem = self.lif(self.fc(x) - line.pop(0), mem)
            line.append(spk)
            result.append(spk)
        return torch.stack(result)


def test_delays_of_modules_that_say_how_many_steps_there_are():
    """Also where there are so few that a delay does not show."""
    module, x = seeded(Own, 40), noise(2, 8, scale=2.0)
    net = volley.from_torch(module, x)
    assert not net.remarks
    y = evaluate(net, x.numpy(), steps=40)
    np.testing.assert_array_equal(y, run(module, x).numpy())
    net = volley.from_torch(seeded(Own, 4), x)
    assert any("in the first 4 steps" in remark for remark in net.remarks)
    different = evaluate(net, x.numpy(), steps=40)
    assert (different[:9] == y[:9]).all() and (different != y).any()


class Late(nn.Module):
    """A module of single steps that keeps currents in a list."""

    def __init__(self, line=None):
        super().__init__()
        self.fc, self.line, self.seen = nn.Linear(8, 6), line, []

    def forward(self, x):
        current = self.fc(x)
        self.seen.append(current)
        if not self.line:
            self.line = deque([torch.zeros(x.shape[0], 6)] * 6)
        self.line.append(current)
        return current - self.line.popleft()


@pytest.mark.parametrize("full", [False, True])
def test_delays_of_modules_of_single_steps(full):
    line = deque([torch.zeros(6)] * 6) if full else None
    module, x = seeded(Late, line), noise(20, 2, 8)
    net = volley.from_torch(module, x[0])
    assert module.line is line and module.seen == []
    assert line is None or len(line) == 6 and not any(v.any() for v in line)
    with torch.no_grad():
        expected = torch.stack([module(step) for step in x])
    np.testing.assert_allclose(evaluate(net, x.numpy()), expected.numpy(), atol=1e-6)


def test_lists_that_are_only_filled_are_no_state():
    class Watched(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.seen = nn.Linear(8, 6), []

        def forward(self, x):
            self.seen.append(x)
            return self.fc(x)

    module = Watched().eval()
    net = volley.from_torch(module, noise(2, 8))
    assert module.seen == [] and any("is static" in text for text in net.remarks)


def cycling(function):
    """Something else at every tenth step, without a number of the step."""

    def body(net, x, steps):
        turns = itertools.cycle([False] * 9 + [True])
        return torch.stack([function(s, turn) for (*_, s), turn in zip(steps, turns)])

    return body


@pytest.mark.parametrize(
    "function",
    [lambda s, turn: -s if turn else s, lambda s, turn: s * (0.5 if turn else 1.0)],
)
def test_what_begins_later_and_comes_again(function):
    with pytest.raises(volley.CompileError, match="step to step|step 9 of the loop"):
        volley.from_torch(Loop(cycling(function)).eval(), noise(5, 2, 8))


def test_the_last_of_the_steps_and_one_long_before():
    def body(net, x, steps):
        last = [torch.zeros(x.shape[1], 6)] * 7
        for _, current, _ in steps:
            last = [current, *last[:-1]]
        return last[0] - last[-1]

    with pytest.raises(volley.CompileError, match="only the last step's can be"):
        volley.from_torch(Loop(body).eval(), noise(5, 2, 8))


def test_thresholds_that_follow_the_spikes():
    """A state that is changed by two things and a number in a step."""

    def body(net, x, steps):
        level = torch.ones(x.shape[1], 6) * 0.3
        for _, _, spikes in steps:
            level = 0.95 * level + 0.2 * spikes + 0.01
        return level

    module, x = seeded(Loop, body), noise(12, 2, 8)
    assert_equal(module, volley.from_torch(module, x[:4]), x, (1, 12))


# The number of the step.


def first_spikes(fill, time):
    """When each neuron spikes first."""

    def body(net, x, steps):
        first = torch.full((x.shape[1], 6), fill(x))
        for t, _, spikes in steps:
            unset = (spikes > 0) & (first == fill(x))
            first = time(first, unset, t)
        return first

    return body


def masked(first, unset, t):
    first = first.clone()
    first[unset] = float(t + 1)
    return first


TIMES = {
    "full": lambda first, unset, t: torch.where(
        unset, torch.full_like(first, float(t)), first
    ),
    "number": lambda first, unset, t: torch.where(unset, t, first),
    "mask": masked,
}


@pytest.mark.parametrize("fill", [-1.0, 100.0, -1])
@pytest.mark.parametrize("way", TIMES)
def test_times_of_first_spikes(way, fill):
    module = seeded(Loop, first_spikes(lambda x: fill, TIMES[way]))
    net = volley.from_torch(module, noise(4, 2, 8))
    x = noise(23, 2, 8, scale=0.7)
    y = evaluate(net, x.numpy())
    np.testing.assert_array_equal(y, run(module, x).numpy())
    assert (y == fill).any() and len(np.unique(y)) > 3


def test_steps_that_were_left_out():
    """Only the last steps count, as a sum or as a list."""

    def total(net, x, steps):
        out = torch.zeros(x.shape[1], 6)
        for t, _, spikes in steps:
            if t >= 2:
                out = out + spikes
        return out

    def mean(net, x, steps):
        late = [spikes for t, _, spikes in steps if t > 9]
        return torch.stack(late).mean(0)

    x = noise(24, 2, 8, scale=2.0)
    for body, length in ((total, 4), (mean, 12)):
        module = seeded(Loop, body)
        net = volley.from_torch(module, x[:length])
        for steps in (24, 15):
            y = evaluate(net, x[:steps].numpy())
            np.testing.assert_array_equal(y, run(module, x[:steps]).numpy())


def test_a_number_added_after_the_loop():
    def body(net, x, steps):
        return torch.stack([spikes for _, _, spikes in steps]).sum(0) + 1

    module, x = seeded(Loop, body), noise(12, 2, 8, scale=2.0)
    y = evaluate(volley.from_torch(module, x[:5]), x.numpy())
    np.testing.assert_array_equal(y, run(module, x).numpy())


def test_means_do_not_depend_on_the_order():
    def body(net, x, steps):
        found = []
        for _, _, spikes in steps:
            found.insert(0, spikes)
        return torch.stack(found).mean(0), torch.stack(found).amax(0)

    module, x = seeded(Loop, body), noise(12, 2, 8, scale=2.0)
    y = evaluate(volley.from_torch(module, x[:5]), x.numpy())
    for got, expected in zip(y.values(), run(module, x)):
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-6)


def every(period):
    def body(net, x, steps):
        total = []
        for t, _, spikes in steps:
            total.append(spikes * 0 if t % period == 0 else spikes)
        return torch.stack(total)

    return body


class Counting(nn.Module):
    """A module of single steps that counts them."""

    def __init__(self):
        super().__init__()
        self.fc, self.mem, self.t = nn.Linear(8, 6), None, 0

    def forward(self, x):
        if self.mem is None or self.t % 10 == 0:
            self.mem = torch.zeros(x.shape[0], 6)
        self.t += 1
        self.mem = 0.9 * self.mem + self.fc(x)
        return (self.mem > 1).float()


class OwnCounter(nn.Module):
    """A variable that counts the steps."""

    def __init__(self):
        super().__init__()
        self.fc, self.period = nn.Linear(8, 6), 10

    def forward(self, x):
        mem, t, result = 0.0, 0, []
        while t < x.shape[0]:
            if t % self.period == 0:
                mem = torch.zeros(x.shape[1], 6)
            mem = 0.9 * mem + self.fc(x[t])
            result.append((mem > 0.5).float())
            t += 1
        return torch.stack(result)


def test_what_comes_again_is_not_taken_as_the_first_step():
    """However short the example is."""
    for module, example in (
        (OwnCounter(), noise(5, 2, 8)),
        (Loop(every(10)), noise(5, 2, 8)),
        (Loop(every(3)), noise(2, 2, 8)),
        (Counting(), noise(2, 8)),
    ):
        with pytest.raises(volley.CompileError, match="step (10|3) of the loop"):
            volley.from_torch(module.eval(), example)
    with pytest.raises(volley.CompileError, match="up to step 2,000"):
        volley.from_torch(Loop(every(1000)).eval(), noise(5, 2, 8))


@pytest.mark.parametrize("period", [3, 10])
def test_a_ring_of_delays(period):
    def body(net, x, steps):
        ring, result = [torch.zeros(x.shape[1], 6)] * period, []
        for t, current, spikes in steps:
            result.append(current + ring[t % period])
            ring[t % period] = spikes
        return torch.stack(result)

    module, x = seeded(Loop, body), noise(30, 2, 8, scale=2.0)
    net = volley.from_torch(module, x[:4])
    y = evaluate(net, x.numpy())
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-6)


def test_numbers_of_the_loop_change_nothing():
    """Code that looks at the step without doing anything else at it."""
    seen = []

    def body(net, x, steps):
        result = []
        for t, _, spikes in steps:
            if t % 4 == 0 or t + 1 > 3 and t in (1, 7):
                seen.append(t)
            result.append(spikes)
        return torch.stack(result)

    agree(lambda: Loop(body), noise(18, 2, 8, scale=2.0))
    assert "range" not in globals() and "enumerate" not in globals()


# Numbers that follow how many steps there are.


def late_half(net, x, steps):
    total = torch.zeros(x.shape[1], 6)
    for t, _, spikes in steps:
        if t >= x.shape[0] // 2:
            total = total + spikes
    return total


@pytest.mark.parametrize(
    "body, text",
    [
        (first_spikes(lambda x: float(x.shape[0]), TIMES["full"]), "the number 4"),
        (late_half, "a number of steps"),
        (
            lambda net, x, steps: torch.stack([s for *_, s in steps][::-1]),
            "gathered in reverse",
        ),
        (
            lambda net, x, steps: torch.stack([s for *_, s in steps])[1:3].sum(0),
            "a dimension of size 4",
        ),
    ],
)
@pytest.mark.parametrize("batch", [1, 2])
def test_what_follows_the_steps_is_refused(body, text, batch):
    """With the user's number of steps, not the one that was traced."""
    with pytest.raises(volley.CompileError, match=text):
        volley.from_torch(Loop(body).eval(), noise(4, batch, 8))


# Numbers that are read from parameters.


class Reads(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.fc, self.function = nn.Linear(8, 6), function
        self.tau = nn.Parameter(torch.tensor(1.5))
        self.register_buffer("level", torch.tensor(0.6))
        self.lif = snntorch.Leaky(0.9, init_hidden=True)

    def forward(self, x):
        return self.lif(self.function(self, x))


NUMBERS = {
    "float": lambda net, x: net.fc(x) * float(net.fc.weight.abs().mean()) * 20,
    "item": lambda net, x: net.fc(x) / net.fc.weight.abs().max().item(),
    "bool": lambda net, x: net.fc(x) if net.tau > net.level else x[:, :6],
    "quantized": lambda net, x: nn.functional.linear(
        x * 3, torch.round(net.fc.weight * 16 / float(net.tau)) / 16
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_parameters(name):
    _, rates = agree(lambda: Reads(NUMBERS[name]), noise(18, 2, 8, scale=2.0), "step")
    assert rates[0] > 0


def test_numbers_of_a_loops_parameters():
    def start(net, x):
        return torch.sigmoid(net.fc.weight).mean().item()

    agree(lambda: Loop(stacked, start), noise(18, 2, 8, scale=2.0))


class Written(nn.Module):
    """A number of a state that is written in place."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 6)
        self.register_buffer("mem", torch.zeros(6))

    def forward(self, x):
        self.mem.zero_()
        result = []
        for step in x:
            self.mem.mul_(0.9).add_(self.fc(step).mean(0))
            result.append(self.fc(step) * float(self.mem.mean()))
        return torch.stack(result)


@pytest.mark.parametrize(
    "module", [Written(), Reads(lambda net, x: net.fc(x) * float(x.mean()))]
)
def test_numbers_of_signals_are_refused(module):
    example = noise(5, 2, 8) if isinstance(module, Written) else noise(2, 8)
    with pytest.raises(volley.CompileError, match="values of a tensor"):
        volley.from_torch(module.eval(), example)
    assert not hasattr(module, "mem") or not module.mem.any()


# Long loops.


class Long(nn.Module):
    """The module itself says how many steps there are."""

    def __init__(self, steps, sliced, warm=0):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 6), nn.Linear(6, 4)
        self.lif1, self.lif2 = snntorch.Leaky(0.9), snntorch.Leaky(0.8)
        self.steps, self.sliced, self.warm = steps, sliced, warm

    def forward(self, x):
        mem1, mem2 = self.lif1.reset_mem(), self.lif2.reset_mem()
        total = 0.0
        for t in range(self.steps):
            current = self.fc1(x[t] if self.sliced else x)
            spk, mem1 = self.lif1(current, mem1)
            spk, mem2 = self.lif2(self.fc2(spk), mem2)
            if t >= self.warm:
                total = total + spk
        return total / self.steps


@pytest.mark.parametrize("warm", [0, 3])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("sliced", [False, True])
def test_long_loops_are_traced_for_a_few_steps(sliced, batch, warm):
    steps = 120
    module = seeded(Long, steps, sliced, warm)
    x = noise(*([steps] if sliced else []), batch, 8, scale=2.0)
    calls = []
    module.fc1.register_forward_hook(lambda *_: calls.append(1))
    net = volley.from_torch(module, x, verify=False)
    assert len(calls) < 2.5 * steps
    given = {} if sliced else {"steps": steps}
    y = evaluate(net, x.numpy(), **given)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-6)
    for mode in ("forced", "free-running"):
        report = volley.compare(module, net, x, mode=mode)
        assert report.different == 0 and report.cells == steps * batch * 10


def test_long_loops_that_change_are_traced_as_a_whole():
    with pytest.raises(volley.CompileError, match="of step 40 is used by itself"):
        volley.from_torch(seeded(Changing, 60), noise(2, 8))


class Changing(Long):
    """What is done at step 40 is nothing that a few steps show."""

    def __init__(self, steps):
        super().__init__(steps, False)

    def forward(self, x):
        mem = self.lif1.reset_mem()
        for t in range(self.steps):
            spk, mem = self.lif1(self.fc1(x), mem)
            if t == 40:
                kept = spk
        return kept


class Swaps(nn.Module):
    """Another parameter from a later step on."""

    def __init__(self, late):
        super().__init__()
        self.late = late
        self.fc = nn.Linear(8, 4)
        self.first = nn.Parameter(torch.ones(4))
        self.second = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        v, spikes = torch.zeros(x.shape[1], 4), []
        for t in range(len(x)):
            v = 0.5 * v + self.fc(x[t])
            z = (v > 0.1).float()
            v = v - z
            spikes.append(z * (self.second if t * 0.001 > self.late else self.first))
        return torch.stack(spikes)


def test_steps_with_another_parameter_are_seen():
    with pytest.raises(volley.CompileError, match="step"):
        volley.from_torch(seeded(Swaps, 0.03), noise(10, 2, 8), verify=False)
    # Farther than is looked at without data.
    with pytest.raises(volley.CompileError, match="other values than the module"):
        volley.from_torch(seeded(Swaps, 0.08), noise(200, 2, 8))
