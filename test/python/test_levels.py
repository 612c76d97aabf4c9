# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs that hold code for several sets of instructions."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import TOOLS

import volley
from volley.builder import where

from checks import assert_identical

V3, V4, AMX = "x86-64-v3", "x86-64-v4", "x86-64-v4-amx"
T, B = 7, 3


def has_avx512():
    flags = Path("/proc/cpuinfo").read_text().split()
    return {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= set(flags)


def make_net(law="ascending", scale=1.0):
    """A convolution, a recurrence, and a product of numbers."""
    rng = np.random.default_rng(5)

    def weight(*shape):
        return (rng.normal(size=shape) * scale).astype(np.float32)

    def update(v, x):
        v1 = v * 0.5 + x
        return {"v": where(v1 > 1.0, 0.0, v1)}, {"s": v1 > 1.0}

    net = volley.Builder("net")
    lif = volley.NeuronModel("lif", states={"v": 0.0}, law=update)
    x = net.input("x", (2, 9, 9), "i1")
    first = net.population(lif, net.conv(x, weight(20, 2, 3, 3), sum=law), name="first")
    late = net.delay(shape=(70,), dtype="i1")
    total = net.add(
        net.dense(net.reshape(first, (980,)), weight(70, 980), weight(70), sum=law),
        net.dense(late, weight(70, 70), sum=law),
    )
    hidden = net.population(lif, total, name="hidden")
    late.connect(hidden)
    sums = net.dense(hidden, weight(50, 70))
    net.output("y", net.dense(sums, weight(11, 50)))
    return net.build()


@pytest.fixture(scope="module")
def x():
    return (np.random.default_rng(6).random((T, B, 2, 9, 9)) < 0.3).astype(np.uint8)


def assert_same_runs(actual, expected):
    for one, other in zip(actual, expected, strict=True):
        assert_identical(one, other)


def run_each(path, x, record, expected):
    """At every level of an artefact that the machine has; others are refused."""
    chosen = volley.open(path)
    best = chosen.levels.index(chosen.cpu)
    for i, level in enumerate(chosen.levels):
        prog = volley.open(path, cpu=level)
        assert prog.cpu == level and prog.levels == chosen.levels
        if i < best:
            with pytest.raises(RuntimeError, match="^this code needs .* does not have"):
                prog(x)
            continue
        assert_same_runs(prog.run(x, record=record), expected)
    return chosen


@pytest.mark.parametrize("cpu", ["v3+v4", f"{V4}+v3+{V3}", "znver4+haswell"])
def test_levels_give_the_same_bits(tmp_path, x, cpu):
    net, record = make_net(), ["hidden"]
    expected = volley.interpret(net, x, record=record)
    prog = volley.compile(net, cpu=cpu, record=record)
    assert prog.levels == [V4, V3]
    # The best one that this processor has.
    assert prog.cpu == (V4 if has_avx512() else V3)
    assert_same_runs(prog.run(x, record=record), expected)
    prog.save(tmp_path / "net.so")
    assert run_each(tmp_path / "net.so", x, record, expected).cpu == prog.cpu


def test_the_matrix_unit_is_a_level_where_it_is_used(tmp_path, x):
    net, record = make_net("exact"), ["hidden"]
    prog = volley.compile(net, cpu="amx+v4+v3", record=record)
    assert prog.levels == [AMX, V4, V3]
    prog.save(tmp_path / "net.so")
    run_each(tmp_path / "net.so", x, record, volley.interpret(net, x, record=record))
    assert volley.compile(make_net(), cpu="amx+v3").levels == [V4, V3]
    assert volley.compile(make_net(), cpu="amx").levels == [V4]


def test_native_is_one_of_several():
    prog = volley.compile(make_net(), cpu="native+v3")
    assert prog.cpu == prog.levels[0] and prog.levels[-1] == V3
    assert volley.compile(make_net()).cpu == prog.cpu


@pytest.mark.parametrize(
    "name, level",
    [
        ("v3", V3),
        ("v4", V4),
        ("amx", AMX),
        ("haswell", V3),
        ("znver3", V3),
        ("alderlake", V3),
        ("skylake-avx512", V4),
        ("znver5", V4),
        ("sapphirerapids", AMX),
        ("graniterapids", AMX),
    ],
)
def test_names(name, level):
    assert volley.compile(make_net("exact"), cpu=name).levels == [level]


@pytest.mark.parametrize(
    "name, message",
    [
        ("x86-64-v2", "with x86-64-v3 as cpu, but 'x86-64-v2' has no avx2"),
        ("sandybridge", "but 'sandybridge' has no avx2"),
        ("generic", "but got 'generic'"),
        ("v5", "expects native, x86-64-v3.*but got 'v5'"),
        ("v3+v5", "joined by \\+, but got 'v5'"),
        ("v3,v4", "but got 'v3,v4'"),
        ("+v3", "but got ''"),
        ("", "but got ''"),
    ],
)
def test_bad_names(name, message):
    with pytest.raises(volley.CompileError, match=message):
        volley.compile(make_net(), cpu=name)


def test_a_level_that_is_not_there(tmp_path):
    path = tmp_path / "net.so"
    volley.compile(make_net(), cpu="v3").save(path)
    with pytest.raises(
        RuntimeError, match="no code for 'v4'; it has code for x86-64-v3"
    ):
        volley.open(path, cpu="v4")


def test_levels_share_weights(tmp_path):
    """An artefact grows by the code of a level, and by another form of weights only
    where the matrix unit has one."""

    def get_size(cpu, law="ascending"):
        path = tmp_path / f"{cpu}.so"
        volley.compile(make_net(law), cpu=cpu).save(path)
        return path.stat().st_size

    weights = 4 * (20 * 18 + 980 * 70)
    v3, v4, both = get_size("v3"), get_size("v4"), get_size("v3+v4")
    assert weights < max(v3, v4) < both < v3 + v4 - weights
    assert get_size("v4+amx", "exact") > get_size("amx", "exact") + weights


def test_a_level_is_cached_alone(tmp_path, x):
    def count_entries(**options):
        prog = volley.compile(make_net(**options), cpu=cpu, cache_dir=tmp_path)
        np.testing.assert_array_equal(prog(x), volley.interpret(make_net(**options), x))
        return len(list(tmp_path.glob("llvmcache-*")))

    cpu = "v3"
    assert count_entries() == 1
    cpu = "v4+v3"
    assert count_entries() == 2
    assert count_entries(scale=0.5) == 2


def test_profiles_name_the_level(x):
    prog = volley.compile(make_net(), cpu="v4+v3", profile=True)
    assert_identical(prog(x), volley.interpret(make_net(), x))
    assert f"({prog.cpu})" in str(prog.profile())


AARCH64_ROOT = Path("/usr/aarch64-linux-gnu")


@pytest.mark.skipif(
    not (AARCH64_ROOT.is_dir() and shutil.which("qemu-aarch64")),
    reason="needs a C library for AArch64 and an emulator",
)
@pytest.mark.parametrize(
    ("law", "options"),
    [
        ("ascending", []),
        ("ascending", ["--kernel=event"]),
        ("ascending", ["--kernel=blocked"]),
        ("exact", []),
    ],
)
def test_aarch64_gives_the_same_bits(run_tool, tmp_path, x, law, options):
    net = make_net(law)
    net.save(tmp_path / "net.mlirbc")
    path = tmp_path / "net.so"
    done = run_tool(
        "snn-compile", tmp_path / "net.mlirbc", "-o", path, "--cpu=armv8-a", *options
    )
    assert done.returncode == 0, done.stderr
    emulator = ["qemu-aarch64", "-L", AARCH64_ROOT]
    command = [*emulator, TOOLS / "volley-run-artefact-aarch64", path, T, B, 3]
    result = subprocess.run(
        list(map(str, command)),
        input=x.tobytes(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    y = np.frombuffer(result.stdout, np.float32).reshape(T, B, 11)
    assert_identical(y, volley.interpret(net, x))
    with pytest.raises(RuntimeError, match="for machines of another architecture"):
        volley.open(path)


def test_aarch64_is_for_files():
    with pytest.raises(volley.CompileError, match="armv8-a (is for other|needs a com)"):
        volley.compile(make_net(), cpu="armv8-a")
