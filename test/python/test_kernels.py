# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every kernel of a product, convolution or pool gives the interpreter's bits, whatever
its geometry and however many events there are."""

import ctypes
import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from conftest import TOOLS

import volley

from checks import assert_identical

INTEGRATE = volley.NeuronModel(
    "integrate",
    states={"v": 0.0},
    law=lambda x, v: ({"v": v * 0.5 + x}, {"s": v * 0.5 + x > 0.25}),
)

# (channels, height, width), outputs, kernel, settings: one vector of outputs and
# parts of it, several panels, strides, borders, gaps, one line, more than one band of
# lines, windows that are all border.
CONVOLUTIONS = [
    ((2, 17, 19), 16, (5, 5), dict(stride=2, padding=1)),
    ((3, 9, 12), 5, (3, 3), dict(padding=1)),
    ((1, 6, 40), 33, (1, 7), dict(padding=(0, 3))),
    ((16, 8, 8), 70, (3, 3), dict(padding=1)),
    ((4, 10, 10), 130, (3, 2), dict(stride=(1, 3), padding=(2, 1))),
    ((5, 12, 12), 24, (3, 3), dict(dilation=2, padding=2)),
    ((2, 5, 5), 8, (2, 2), dict(padding=4, stride=3)),
    ((64, 20, 20), 64, (3, 3), dict(padding=1)),
    ((7, 1, 30), 20, (1, 1), dict()),
    ((6, 7, 9), 12, (3, 3), dict(padding=1, groups=3)),
    ((8, 9, 9), 8, (3, 3), dict(padding=1, groups=8)),
]
TYPES = ["i1", "i32", "f32"]
INTEGER_KERNELS = ("event16", "event32", "dot", "sliced")


def make_input(rng, shape, dtype, density):
    x = rng.random(shape) < density
    if dtype == "i1":
        return x
    if dtype == "i32":
        return (x * rng.integers(-3, 9, shape)).astype(np.int32)
    return (x * rng.standard_normal(shape)).astype(np.float32)


def make_weight(rng, shape, integers=False):
    """Normal, or integers of 8 bits, in another unit for each output."""
    weight = rng.standard_normal(shape)
    if integers:
        units = 2.0 ** rng.integers(-9, -4, (shape[0], *[1] * (len(shape) - 1)))
        weight = np.clip(np.round(weight / units), -128, 127) * units
    return weight.astype(np.float32)


def add_integers(net, shape, counts):
    """An input of spikes, or one of counts up to 5 as far as is known."""
    x = net.input("x", shape, "i1")
    return net.add(x, x, x, x, x, dtype="i32") if counts else x


# What kernels do in another way where a processor has it, and the flag of one that may.
ADDERS = {"wide": "avx512f", "narrow": "avx512f"}
EXTENSIONS = {
    "dot": {"vnni": "avx512_vnni"},
    "coincidence": {"vpopcntdq": "avx512_vpopcntdq"},
    "event": ADDERS,
    "event16": ADDERS,
    "event32": ADDERS,
}


FLAGS = Path("/proc/cpuinfo").read_text().split()


def find_levels(kernel):
    """What a kernel is compiled for. The one of AMX runs on an emulation where this
    processor lacks only that."""
    yield "native"
    yield "x86-64-v3"
    if kernel == "sliced" and "avx512dq" in FLAGS and "amx_int8" not in FLAGS:
        ctypes.CDLL(str(TOOLS.parent / "lib" / "volley-emulate-amx.so"))
        with mock.patch.dict(os.environ, VOLLEY_EMULATED="amx"):
            yield "amx"


def with_and_without_extension(kernel):
    """Lets the kernel run in each way that this processor has, one after another."""
    yield
    for name, flag in EXTENSIONS.get(kernel, {}).items():
        if flag in FLAGS:
            with mock.patch.dict(os.environ, VOLLEY_WITHOUT=name):
                yield


def check_kernels(run_tool, path, network, kernels, inputs):
    """Bits of programs with each kernel, on other processors and threads."""
    expected = [volley.interpret(network, x) for x in inputs]
    model, file = path / "net.mlirbc", path / "net.so"
    network.save(model)
    for kernel in kernels:
        for cpu in find_levels(kernel):
            options = ("-o", file, f"--kernel={kernel}", f"--cpu={cpu}", "--quiet")
            done = run_tool("snn-compile", model, *options)
            assert done.returncode == 0, done.stderr
            for _ in with_and_without_extension(kernel):
                # What is emulated takes long.
                for threads in (3,) if cpu == "amx" else (1, 3):
                    program = volley.open(file, threads=threads)
                    for x, y in zip(inputs, expected):
                        assert_identical(program(x), y)


def test_each_kernel_can_be_forced(run_tool, tmp_path):
    """Each has a product of this network that takes it."""
    net = volley.Builder()
    x = net.input("x", (8, 6, 6), "i1")
    rng = np.random.default_rng(0)
    spikes = net.population(
        INTEGRATE, net.conv(x, make_weight(rng, (8, 8, 3, 3), integers=True))
    )
    rows = net.reshape(spikes, (8, 16))
    net.output("sums", net.dense(rows, make_weight(rng, (4, 16), integers=True)))
    net.output("depthwise", net.conv(x, make_weight(rng, (8, 1, 3, 3)), groups=8))
    net.output("both", rows @ net.transpose(rows, (1, 0)))
    model = tmp_path / "net.mlirbc"
    net.build().save(model)
    unknown = run_tool("snn-compile", model, "-o", tmp_path / "a.so", "--kernel=none")
    *_, names = unknown.stderr.strip().partition("; there are ")
    kernels = names.splitlines()[0].split(", ")
    assert {"event", "blocked", "sliced", *EXTENSIONS} <= set(kernels)
    for kernel in kernels:
        cpu = "amx" if kernel == "sliced" else "x86-64-v3"
        options = ("-o", tmp_path / "a.so", f"--kernel={kernel}", f"--cpu={cpu}")
        done = run_tool("snn-compile", model, *options)
        assert done.returncode == 0
        assert "nowhere" not in done.stderr, kernel


@pytest.mark.parametrize("case", range(len(CONVOLUTIONS)))
@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("law", ["ascending", "exact"])
def test_convolutions_of_integers(run_tool, tmp_path, case, counts, law):
    shape, outputs, kernel, settings = CONVOLUTIONS[case]
    rng = np.random.default_rng(case)
    weight_shape = (outputs, shape[0] // settings.get("groups", 1), *kernel)
    weight = make_weight(rng, weight_shape, integers=law == "ascending")
    net = volley.Builder()
    x = add_integers(net, shape, counts)
    net.output("sums", net.conv(x, weight, weight[:, 0, 0, 0], sum=law, **settings))
    other = net.conv(x, weight[::-1], sum=law, **settings)
    net.output("spikes", net.population(INTEGRATE, other))
    inputs = [rng.random((5, 2, *shape)) < density for density in (0.05, 1.0)]
    check_kernels(run_tool, tmp_path, net.build(), INTEGER_KERNELS, inputs)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("case", range(len(CONVOLUTIONS)))
def test_convolutions(run_tool, tmp_path, case, dtype):
    shape, outputs, kernel, settings = CONVOLUTIONS[case]
    rng = np.random.default_rng([case, len(dtype)])
    groups = settings.get("groups", 1)
    weight = make_weight(rng, (outputs, shape[0] // groups, *kernel))
    net = volley.Builder()
    x = net.input("x", shape, dtype)
    bias = rng.standard_normal(outputs).astype(np.float32)
    y = net.conv(x, weight, bias, **settings)
    # Behind one of them there is a population, which it may do.
    other = net.conv(x, weight[::-1], **settings)
    net.output("sums", y)
    net.output("spikes", net.population(INTEGRATE, other))
    network = net.build()
    inputs = [
        make_input(rng, (5, 2, *shape), dtype, density) for density in (0.03, 0.3, 1.0)
    ]
    # Steps with few events and with many in one run.
    inputs.append(np.concatenate([inputs[0], inputs[2], inputs[0]]))
    kernels = ("event", "scatter", "blocked")
    check_kernels(run_tool, tmp_path, network, kernels, inputs)


# Rows, terms, outputs: groups of rows that are whole blocks and not, terms in one part
# and in several, few tiles of outputs and many, parts of a vector of outputs; words of
# events of every length.
PROJECTIONS = [
    (30, 270, 2150),
    (200, 600, 70),
    (13, 129, 16),
    (7, 5, 33),
    (1, 513, 3),
    (5, 100, 64),
    (4, 39, 50),
    (3, 12, 7),
]


# The last one has more terms than an index of 16 bits tells apart.
@pytest.mark.parametrize("shape", [*PROJECTIONS, (2, 66000, 70)])
@pytest.mark.parametrize("dtype", TYPES)
def test_projections(run_tool, tmp_path, shape, dtype):
    rows, terms, outputs = shape
    rng = np.random.default_rng(shape)
    net = volley.Builder()
    x = net.input("x", (rows, terms), dtype)
    weight = make_weight(rng, (outputs, terms))
    net.output("sums", net.dense(x, weight, rng.standard_normal(outputs)))
    net.output("spikes", net.population(INTEGRATE, net.dense(x, weight[::-1])))
    network = net.build()
    few, some, all = (
        make_input(rng, (3, 2, rows, terms), dtype, density)
        for density in (0.05, 0.4, 1.0)
    )
    # Rows with few events between rows with many.
    inputs = [few, some, all, np.where(rng.random((3, 2, rows, 1)) < 0.4, few, all)]
    check_kernels(run_tool, tmp_path, network, ("direct", "event", "blocked"), inputs)


@pytest.mark.parametrize("shape", [*PROJECTIONS, (4, 2100, 20), (20, 600, 150)])
@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("law", ["ascending", "exact"])
def test_projections_of_integers(run_tool, tmp_path, shape, counts, law):
    """With weights of 8 bits, or of 24 by the exact law: sums of 16 to 64 bits."""
    rows, terms, outputs = shape
    rng = np.random.default_rng(shape)
    net = volley.Builder()
    x = add_integers(net, (rows, terms), counts)
    weight = make_weight(rng, (outputs, terms), integers=law == "ascending")
    bias = rng.standard_normal(outputs)
    net.output("sums", net.dense(x, weight, bias, sum=law))
    net.output("spikes", net.population(INTEGRATE, net.dense(x, weight[::-1], sum=law)))
    # Those of one sign have the largest sums.
    net.output("large", net.dense(x, abs(weight), bias, sum=law))
    inputs = [rng.random((3, 2, rows, terms)) < density for density in (0.05, 0.4, 1.0)]
    check_kernels(run_tool, tmp_path, net.build(), INTEGER_KERNELS, inputs)


@pytest.mark.parametrize("kernel", ["event", "event16", "event32"])
@pytest.mark.parametrize("dtype", TYPES)
def test_large_weights_by_threads(tmp_path, dtype, kernel):
    """Threads find the events of all rows together: more rows than there is room for,
    and more events; sums that go on, or that a population takes."""
    rows, terms, outputs = 1100, 500, 1200
    image, channels, steps = (56, 30, 37), 1100, 2
    rng = np.random.default_rng(len(dtype))
    net = volley.Builder()
    weight = make_weight(rng, (outputs, terms), integers=True)
    x = net.input("x", (rows, terms), dtype)
    net.output("sums", net.dense(x, weight, rng.standard_normal(outputs)))
    net.output("spikes", net.population(INTEGRATE, net.dense(x, weight[::-1])))
    window = make_weight(rng, (channels, image[0], 3, 3), integers=True)
    z = net.input("z", image, dtype)
    net.output("map", net.conv(z, window, padding=1))
    other = net.conv(z, window[::-1], padding=1)
    net.output("features", net.population(INTEGRATE, other))
    path = tmp_path / "net.so"
    volley.compile(net.build(), kernel=kernel).save(path)
    programs = [volley.open(path, threads=threads) for threads in (1, 2, 5)]
    for density in (0.03, 1.0):
        inputs = {
            "x": make_input(rng, (steps, 1, rows, terms), dtype, density),
            "z": make_input(rng, (steps, 1, *image), dtype, density),
        }
        expected, *results = [program(inputs) for program in programs]
        assert expected["spikes"].any() and expected["features"].any()
        for result in results:
            assert_identical(result, expected)


# Words of bits that are full and not; as many terms as are counted together, and more.
TERMS = [1, 8, 31, 32, 33, 63, 64, 65, 247, 248, 249, 500, 1000, 1024, 1025, 2100]
COLUMNS = [1, 15, 16, 17, 63, 64, 65, 200]


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("terms", TERMS)
def test_coincidences(tmp_path, rows, terms):
    """In bytes, and in words where the processor counts their bits in vectors."""
    rng = np.random.default_rng(terms)
    net = volley.Builder()
    a = net.input("a", (rows, terms), "i1")
    for columns in COLUMNS:
        b = net.input(f"b{columns}", (terms, columns), "i1")
        net.output(f"y{columns}", a @ b)
    network, path = net.build(), tmp_path / "net.so"
    for cpu in ("native", "x86-64-v3"):
        volley.compile(network, cpu=cpu).save(path)
        for density in (0.3, 1.0):
            x = {"a": make_input(rng, (2, 3, rows, terms), "i1", density)}
            expected = {}
            for n in COLUMNS:
                x[f"b{n}"] = make_input(rng, (2, 3, terms, n), "i1", density)
                expected[f"y{n}"] = x["a"].astype(np.int32) @ x[f"b{n}"]
            for _ in with_and_without_extension("coincidence"):
                for threads in (1, 3):
                    program = volley.open(path, threads=threads)
                    assert_identical(program(x), expected)


# Parts of a block of columns and of terms, and several of them.
@pytest.mark.parametrize("shape", [(2, 5, 300, 70), (1, 70, 9, 200), (3, 1, 64, 3)])
@pytest.mark.parametrize("right", TYPES)
@pytest.mark.parametrize("left", TYPES)
def test_products_of_signals(run_tool, tmp_path, left, right, shape):
    lead, rows, terms, columns = shape
    rng = np.random.default_rng(shape)
    net = volley.Builder()
    a = net.input("a", (lead, rows, terms), left)
    b = net.input("b", (lead, terms, columns), right)
    net.output("y", net.matmul(a, b))
    inputs = [
        {
            "a": make_input(rng, (3, 2, lead, rows, terms), left, density),
            "b": make_input(rng, (3, 2, lead, terms, columns), right, density),
        }
        for density in (0.05, 1.0)
    ]
    network = net.build()
    kernels = ("coincidence", "event", "blocked")
    check_kernels(run_tool, tmp_path, network, kernels, inputs)
    # The types say which of them it is.
    program = volley.compile(network, profile=True)
    is_spikes = left == "i1" and right == "i1"
    expected = "coincidence" if is_spikes else "blocked" if left == "f32" else "event"
    assert expected in [entry["detail"] for entry in program.profile().layers]


@pytest.mark.parametrize("kind", ["sum", "avg", "max"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(1, 9, 11), (2, 8, 150), (16, 9, 11), (37, 9, 11)])
def test_pools(kind, dtype, shape):
    """Windows that overlap, that meet, and with gaps between them."""
    rng = np.random.default_rng(shape)
    net = volley.Builder()
    x = net.input("x", shape, dtype)
    net.output("overlap", net.pool(kind, x, (2, 3), stride=(2, 1), padding=1))
    net.output("meet", net.pool(kind, x, 4))
    net.output("gaps", net.pool(kind, x, (1, 2), stride=(3, 5), padding=(0, 1)))
    network = net.build()
    for density in (0, 0.02, 0.1, 0.9):
        x = make_input(rng, (3, 2, *shape), dtype, density)
        expected = volley.interpret(network, x)
        for cpu in ("native", "x86-64-v3"):
            assert_identical(volley.compile(network, cpu=cpu)(x), expected)


@pytest.mark.parametrize("dtype", [*TYPES, "f64"])
@pytest.mark.parametrize("shape", [(2, 34, 34), (3, 5, 7), (16, 16, 16), (33, 9, 18)])
def test_transpositions(dtype, shape):
    """Blocks of elements, and what is left beside them."""
    rng = np.random.default_rng(len(dtype))
    net = volley.Builder(precision="f64" if dtype == "f64" else "f32")
    x = net.input("x", shape, dtype)
    net.output("y", net.transpose(x, (1, 2, 0)))
    net.output("z", net.transpose(x, (2, 0, 1)))
    network = net.build()
    x = make_input(rng, (2, 3, *shape), "f32" if dtype == "f64" else dtype, 0.5)
    x = x.astype(np.float64) if dtype == "f64" else x
    y = volley.compile(network)(x)
    x = x.astype(y["y"].dtype)
    assert_identical(y["y"], x.transpose(0, 1, 3, 4, 2))
    assert_identical(y["z"], x.transpose(0, 1, 4, 2, 3))
