# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Generated code that is kept and used again."""

import numpy as np
import pytest

import volley

from checks import assert_identical


def make_network(weight, threshold=1.0):
    net = volley.Builder("net")
    model = volley.NeuronModel(
        "if",
        states={"v": 0.0},
        law=lambda v, x: ({"v": v + x}, {"s": v + x > threshold}),
    )
    x = net.input("x", (6,))
    net.output("s", net.population(model, net.dense(x, weight), name="if"))
    return net.build()


def list_entries(folder):
    return sorted(p.name for p in folder.glob("llvmcache-*"))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def weight(rng):
    return rng.standard_normal((5, 6)).astype(np.float32)


@pytest.fixture
def x(rng):
    return rng.standard_normal((9, 2, 6)).astype(np.float32)


def test_code_is_used_again_for_other_weights(tmp_path, rng, weight, x):
    cache = tmp_path / "cache" / "made"
    for w in weight, weight * np.float32(0.7), rng.random((5, 6), dtype=np.float32):
        net = make_network(w)
        prog = volley.compile(net, cache_dir=cache)
        assert len(list_entries(cache)) == 1
        np.testing.assert_array_equal(prog(x), volley.compile(net)(x))


def test_other_code_is_another_entry(tmp_path, weight, x):
    networks = [make_network(weight), make_network(weight, threshold=2.0)]
    for count, net in enumerate(networks, start=1):
        prog = volley.compile(net, cache_dir=tmp_path)
        assert len(list_entries(tmp_path)) == count
        np.testing.assert_array_equal(prog(x), volley.compile(net)(x))
    volley.compile(networks[0], cache_dir=tmp_path, record=["if:v"])
    volley.compile(networks[0], cache_dir=tmp_path, cpu="x86-64-v3", record=["if"])
    assert len(list_entries(tmp_path)) == 4


def compile_damaged(folder, net, x, damage):
    """With what damage() makes of the bytes of the only entry."""
    expected = volley.compile(net, cache_dir=folder)(x)
    (entry,) = list_entries(folder)
    data = (folder / entry).read_bytes()
    (folder / entry).write_bytes(damage(bytearray(data)))
    assert_identical(volley.compile(net, cache_dir=folder)(x), expected)
    # It is replaced, and not by something else.
    assert list_entries(folder) == [entry]
    assert (folder / entry).read_bytes() == data


@pytest.mark.parametrize("keep", [0, 100, 1000])
def test_damaged_entries_are_replaced(tmp_path, weight, x, keep):
    compile_damaged(tmp_path, make_network(weight), x, lambda data: data[:keep])


@pytest.mark.parametrize("place", [0.0, 0.2, 1 / 3, 0.5, 0.9, 1.0])
def test_a_changed_byte_is_noticed(tmp_path, weight, x, place):
    def damage(data):
        data[int(place * (len(data) - 1))] ^= 0x10
        return data

    compile_damaged(tmp_path, make_network(weight), x, damage)


def test_command_line(tmp_path, weight, run_tool):
    make_network(weight).save(tmp_path / "net.mlirbc")
    outputs = []
    for name in "first", "second":
        outputs.append(tmp_path / f"{name}.so")
        result = run_tool(
            "snn-compile",
            tmp_path / "net.mlirbc",
            "-o",
            outputs[-1],
            f"--cache-dir={tmp_path / 'cache'}",
            "--time-report",
        )
        assert result.returncode == 0
        # Only what is not there is generated.
        assert ("generate code" in result.stderr) == (name == "first")
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_a_directory_that_cannot_be_made(tmp_path, weight, run_tool):
    (tmp_path / "file").write_text("")
    cache = tmp_path / "file" / "cache"
    with pytest.raises(volley.CompileError, match="cache"):
        volley.compile(make_network(weight), cache_dir=cache)
    path = tmp_path / "net.mlirbc"
    make_network(weight).save(path)
    result = run_tool(
        "snn-compile", path, "-o", tmp_path / "net.so", f"--cache-dir={cache}"
    )
    assert result.returncode == 1
    assert str(path) in result.stderr and "cache" in result.stderr
    assert not (tmp_path / "net.so").exists()
