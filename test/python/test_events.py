# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Inputs that are lists of events give the bits of the same spikes in an array."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import volley
from volley.models._layers import LIF

from checks import assert_identical

REPOSITORY = Path(__file__).resolve().parents[2]
SHAPE = (2, 9, 14)


def spikes(rng, steps, batch, shape=SHAPE, density=0.05):
    return (rng.random((steps, batch, *shape)) < density).astype(np.uint8)


def shuffle(rng, x):
    """The spikes of an array, those of a step in any order."""
    t, sample, *place = np.nonzero(x)
    order = np.lexsort((rng.random(len(t)), t))
    index = np.ravel_multi_index(place, x.shape[2:]) if place else np.zeros_like(t)
    return volley.Events(t[order], index[order], x.shape[0], sample[order], x.shape[1])


def populate(net, x, name):
    return net.population(LIF, x, params={"threshold": 0.5}, name=name)


def conv(net, x, rng, channels=6, **settings):
    weight = rng.standard_normal((channels, x.shape[0], 3, 3)).astype(np.float32)
    return net.conv(x, weight, **settings)


def build_conv(net, x, rng):
    """What event cameras have in front: the move to the layout of convolutions is
    the only one that reads the input."""
    net.output("y", populate(net, conv(net, x, rng, padding=1), "lif"))


def build_strided(net, x, rng):
    y = populate(net, conv(net, x, rng, 20, stride=2, padding=(0, 1)), "lif")
    net.output("y", populate(net, conv(net, y, rng), "lif2"))


def build_pool(net, x, rng):
    pooled = net.pool("sum", x, 3, stride=2)
    net.output("y", populate(net, conv(net, pooled, rng), "lif"))
    net.output("sums", pooled)


def build_dense(net, x, rng):
    flat = net.reshape(x, (int(np.prod(x.shape)),))
    weight = rng.standard_normal((70, flat.shape[0])).astype(np.float32)
    net.output("y", populate(net, net.dense(flat, weight), "lif"))


def build_recurrent(net, x, rng):
    flat = net.reshape(x, (int(np.prod(x.shape)),))
    feed = rng.standard_normal((12, flat.shape[0])).astype(np.float32)
    back = rng.standard_normal((12, 12)).astype(np.float32)
    late = net.delay(shape=(12,), dtype="i1")
    drive = net.add(net.dense(flat, feed), net.dense(late, back))
    s = populate(net, drive, "lif")
    late.connect(s)
    net.output("y", s)


def build_several_uses(net, x, rng):
    """Two readers, of which one wants the input where it is, and an output."""
    net.output("y", populate(net, conv(net, x, rng, padding=1), "lif"))
    net.output("x", x)
    net.output("counts", net.reduce("sum", x, [0, 2]))


def build_two_convs(net, x, rng):
    net.output("a", populate(net, conv(net, x, rng, padding=1), "a"))
    net.output("b", conv(net, x, rng, 3, stride=2))


def build_moved_output(net, x, rng):
    net.output("y", net.transpose(x, (1, 2, 0)))


NETWORKS = [
    build_conv,
    build_strided,
    build_pool,
    build_dense,
    build_recurrent,
    build_several_uses,
    build_two_convs,
    build_moved_output,
]


def make(build, rng=None, shape=SHAPE):
    net = volley.Builder()
    build(net, net.input("x", shape, "i1"), rng or np.random.default_rng(7))
    return net.build()


@pytest.mark.parametrize("build", NETWORKS)
def test_same_bits(build):
    """In one run and in several, for any batch, threads and interpreted."""
    rng = np.random.default_rng(1)
    network = make(build)
    for threads in (1, 2, 3):
        prog = volley.compile(network, threads=threads)
        # More samples than a tile has rows, and more steps.
        for steps, batch in [(90, 1), (7, 3), (3, 70), (5, 200)]:
            x = spikes(rng, steps, batch)
            events = shuffle(rng, x)
            expected = prog(x)
            assert_identical(prog(events), expected)
            if threads == 1 and steps * batch < 100:
                assert_identical(volley.interpret(network, events), expected)
            session = prog.session(batch)
            cuts = [0, 1, 1 + steps // 3, steps]
            # Some as an array; the buffers of lists must be clean again.
            parts = [
                session(x[a:b] if i == 1 else events[a:b])
                for i, (a, b) in enumerate(zip(cuts, cuts[1:]))
            ]
            if isinstance(expected, dict):
                for name in expected:
                    whole = np.concatenate([part[name] for part in parts])
                    assert_identical(whole, expected[name])
            else:
                assert_identical(np.concatenate(parts), expected)


@pytest.mark.parametrize("kernel", ["scatter", "event", "blocked", "direct"])
@pytest.mark.parametrize("build", [build_strided, build_pool, build_dense])
def test_kernels(run_tool, tmp_path, build, kernel):
    """Each kernel, threads that share every loop, and profiled programs."""
    rng = np.random.default_rng(2)
    network = make(build)
    network.save(tmp_path / "net.mlirbc")
    inputs = [spikes(rng, 40, 2, density=density) for density in (0, 0.004, 0.3, 1)]
    expected = [volley.interpret(network, x) for x in inputs]
    for share, extra in (("auto", ["--profile"]), ("always", [])):
        done = run_tool(
            "snn-compile",
            tmp_path / "net.mlirbc",
            *("-o", tmp_path / "net.so", f"--kernel={kernel}", f"--share={share}"),
            *("--cpu=x86-64-v3", "--quiet", *extra),
        )
        assert done.returncode == 0, done.stderr
        for threads in (1, 3):
            prog = volley.open(tmp_path / "net.so", threads=threads)
            for x, y in zip(inputs, expected):
                assert_identical(prog(shuffle(rng, x)), y)
                assert_identical(prog(x), y)


def test_profile_counts_the_spikes():
    rng = np.random.default_rng(3)
    x = spikes(rng, 20, 2)
    programs = [volley.compile(make(build_conv), profile=True) for _ in range(2)]
    programs[0](x)
    programs[1](shuffle(rng, x))
    dense, listed = (prog.profile().layers for prog in programs)
    counts = ("calls", "rows", "inputs", "active_inputs", "active_outputs")
    for a, b in zip(dense, listed):
        assert [a.get(c) for c in counts] == [b.get(c) for c in counts]


def test_lines_of_many_bytes():
    """Lines of the input that begin and end within words of the map of spikes."""
    rng = np.random.default_rng(4)
    for shape in [(2, 5, 700), (1, 40, 3), (3, 7, 129)]:
        network = make(build_conv, rng, shape)
        prog = volley.compile(network)
        for density in (0.001, 0.02, 0.5):
            x = spikes(rng, 70, 1, shape, density)
            assert_identical(prog(volley.Events.from_array(x)), prog(x))


def test_several_inputs():
    rng = np.random.default_rng(5)
    net = volley.Builder()
    a, b = net.input("a", SHAPE, "i1"), net.input("b", SHAPE, "i1")
    c = net.input("c", (6, 9, 14))
    one = conv(net, a, rng, padding=1)
    two = conv(net, b, rng, padding=1)
    net.output("y", populate(net, net.add(one, two, c), "lif"))
    prog = volley.compile(net.build(), threads=2)
    x, y = spikes(rng, 33, 3), spikes(rng, 33, 3)
    z = rng.standard_normal((33, 3, 6, 9, 14)).astype(np.float32)
    expected = prog({"a": x, "b": y, "c": z})
    assert expected.any()
    for first in (x, shuffle(rng, x)):
        for second in (y, shuffle(rng, y)):
            assert_identical(prog({"a": first, "b": second, "c": z}), expected)


# The shipped models, and others that the tests have, with spikes as inputs.


def test_digits():
    net = volley.load(
        REPOSITORY / "examples" / "digits" / "digits.nir",
        profile="snntorch",
        dt=1e-4,
        inputs={"input": "spike"},
    )
    rng = np.random.default_rng(6)
    x = spikes(rng, 30, 4, (64,), 0.2)
    prog = volley.compile(net, threads=2)
    expected = prog(x)
    assert expected.any()
    assert_identical(prog(shuffle(rng, x)), expected)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name, shape, settings",
    [
        ("cnn_sinabs", (2, 34, 34), {"profile": "sinabs"}),
        ("braille_noDelay_bias_zero", (12,), {"profile": "snntorch", "dt": 1e-4}),
    ],
)
def test_models_of_others(shared_data, name, shape, settings):
    path = shared_data / "nir" / "models" / f"{name}.nir"
    net = volley.load(path, inputs={"input": "spike"}, **settings)
    rng = np.random.default_rng(8)
    x = spikes(rng, 100, 2, shape, 0.1)
    for threads in (1, 2):
        prog = volley.compile(net, threads=threads)
        expected = prog(x)
        assert expected.any()
        assert_identical(prog(shuffle(rng, x)), expected)


# Recordings on the command line


def write_events(path, t, polarity, y, x):
    """N-MNIST's format; t in microseconds."""
    data = b""
    for time, p, row, column in zip(*map(np.ndarray.tolist, (t, polarity, y, x))):
        data += bytes([column, row]) + struct.pack(">I", p << 23 | time)[1:]
    path.write_bytes(data)


def test_recording(run_tool, tmp_path):
    """As the same spikes in an array, in chunks and up to a step."""
    rng = np.random.default_rng(9)
    network = make(build_strided)
    network.save(tmp_path / "net.mlirbc")
    x = spikes(rng, 60, 1)
    x[59, 0, 0, 0, 0] = 1
    t, _, *place = np.nonzero(x)
    write_events(tmp_path / "x.bs2", t * 1000 + rng.integers(0, 1000, len(t)), *place)
    prog = volley.compile(network)
    for steps, options in [
        (60, []),
        (60, ["--chunk=7", "--threads=2"]),
        (60, ["--reference"]),
        (31, ["--steps=31", "--chunk=10"]),
    ]:
        done = run_tool(
            *("snn-run", tmp_path / "net.mlirbc", f"--input={tmp_path}/x.bs2"),
            *(f"--output={tmp_path}/y.npy", "--quiet", *options),
        )
        assert done.returncode == 0, done.stderr
        assert_identical(np.load(tmp_path / "y.npy"), prog(x[:steps])[:, 0])


# What it takes


def test_memory_goes_with_events(tmp_path):
    """4000 steps of a camera of 640 x 480 would be 2.4 GB."""
    net = volley.Builder()
    x = net.input("x", (2, 480, 640), "i1")
    rng = np.random.default_rng(0)
    net.output("y", populate(net, conv(net, x, rng, 1, stride=32), "lif"))
    volley.compile(net.build()).save(tmp_path / "net.so")
    code = """
import sys
import numpy as np
import volley
prog = volley.open(sys.argv[1])
t = np.repeat(np.arange(4000), 5)
place = [np.random.default_rng(0).integers(0, n, len(t)) for n in (2, 480, 640)]
place[2] = place[2] // 8 * 8 + np.arange(len(t)) % 5
y = prog(volley.Events(t, tuple(place), 4000))
assert y.shape[0] == 4000
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "net.so")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kilobytes = int(done.stdout.split()[1])
    print(f"peak memory: {kilobytes} kB")
    assert kilobytes < 100_000


def test_an_input_without_dimensions():
    net = volley.Builder()
    net.output("y", net.reduce_time("sum", net.input("x", (), "i1")))
    network = net.build()
    x = np.zeros((4, 3), bool)
    x[[0, 2, 2], [1, 0, 1]] = True
    events = volley.Events([0, 2, 2], (), steps=4, sample=[1, 0, 1], batch=3)
    expected = volley.interpret(network, x)
    for run in (volley.compile(network), lambda e: volley.interpret(network, e)):
        assert_identical(run(events), expected)


# Errors


def test_events_as_objects():
    x = np.zeros((4, 2, 3), np.uint8)
    x[1, 0, 2] = x[3, 1, 0] = x[3, 1, 1] = 1
    events = volley.Events.from_array(x)
    assert events.shape == (4, 2) and len(events) == 3
    assert repr(events) == "<volley.Events: 3 in 4 steps of 2>"
    part = events[2:]
    assert part.shape == (2, 2) and part.t.tolist() == [1, 1]
    assert part.index.tolist() == [0, 1] and part.sample.tolist() == [1, 1]
    assert len(events[1:1]) == 0 and events[1:1].shape == (0, 2)
    assert volley.Events.from_array(x[:0]).shape == (0, 2)
    assert volley.Events.from_array([[1], [0], [1]]).t.tolist() == [0, 2]
    with pytest.raises(ValueError, match=r"expects an array \(T, B, \*shape\)"):
        volley.Events.from_array([1, 0])
    with pytest.raises(TypeError, match="slice of neighbouring steps"):
        events[2]
    with pytest.raises(TypeError, match="slice of neighbouring steps"):
        events[::2]


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        (([0.5], [1], 3), TypeError, "t: expects an array of integers, but got float"),
        (([0], [1.0], 3), TypeError, "index: expects an array of integers"),
        (([0], [1], 3, [True]), TypeError, "sample: expects an array of integers"),
        (([[0]], [1], 3), ValueError, r"t: expects shape \(N,\), but got \(1, 1\)"),
        (([0, 1], [1], 3), ValueError, "same length, but got 2 steps"),
        (([0], ([1], [1, 2]), 3), ValueError, "same length, but got 1 steps"),
    ],
)
def test_bad_lists(arguments, error, words):
    with pytest.raises(error, match=words):
        volley.Events(*arguments)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (([2, 1], [0, 0], 3), "event 1 is at step 1, behind one at step 2"),
        (([0, 3], [0, 0], 3), "event 1 is at step 3, sample 0, element 0, outside"),
        (([-1], [0], 3), "outside of steps 0 to 2, 1 samples and 252 elements"),
        (([0], [252], 3), "sample 0, element 252, outside"),
        (([0], [-1], 3), "element -1, outside"),
        (([0], [0], 3, [1]), "sample 1, element 0, outside"),
        (([0, 0], [5, 5], 3), "element 5 of step 0, sample 0 is listed twice"),
        (([0], ([0], [9], [0]), 3), "event 0 has index 9 in dimension 1, which has"),
        (([0], ([0], [-1], [0]), 3), "event 0 has index -1 in dimension 1"),
        (([0], ([0], [0]), 3), r"the 3 dimensions of \(2, 9, 14\), but got 2"),
        (([], [], -1), "steps and a batch of at least 1"),
        (([], [], 3, [], 0), "steps and a batch of at least 1"),
    ],
)
def test_bad_events(arguments, words):
    network = make(build_conv)
    with pytest.raises(ValueError, match=words):
        volley.compile(network)(volley.Events(*arguments))
    with pytest.raises(ValueError, match=words):
        volley.interpret(network, volley.Events(*arguments))


def test_other_inputs():
    net = volley.Builder()
    x = net.input("x", (3,))
    counts = net.input("counts", (3,), "i32")
    image = net.input("image", (3,), "i1", static=True)
    net.output("y", net.add(x, counts, image))
    prog = volley.compile(net.build())
    events = volley.Events([0], [0], 2)
    given = {
        "x": np.zeros((2, 1, 3), np.float32),
        "counts": np.zeros((2, 1, 3), np.int32),
        "image": np.zeros((1, 3), np.uint8),
    }
    for name, what in [
        ("x", "one of float32"),
        ("counts", "one of int32"),
        ("image", "a static one of uint8"),
    ]:
        with pytest.raises(TypeError, match=f"'{name}': events are for .* {what}"):
            prog(given | {name: events})


def test_session_of_another_batch():
    session = volley.compile(make(build_conv)).session(batch=2)
    with pytest.raises(ValueError, match="has batch 2, but the input has 1"):
        session(volley.Events([0], [0], 2))
