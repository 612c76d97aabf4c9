# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files of bytecode: damaged ones, and those of other versions and tools."""

import os
import threading

import numpy as np
import pytest

import volley

from checks import assert_identical

MARK = b", checksum "


@pytest.fixture
def weight():
    return np.random.default_rng(4).standard_normal((5, 6)).astype(np.float32)


@pytest.fixture
def net(weight):
    net = volley.Builder("net")
    model = volley.NeuronModel(
        "if",
        states={"v": 0.0},
        law=lambda v, x: ({"v": v + x}, {"s": v + x > 1.0}),
    )
    x = net.input("x", (6,))
    net.output("s", net.population(model, net.dense(x, weight), name="if"))
    return net.build()


@pytest.fixture
def content(net, tmp_path):
    net.save(tmp_path / "net.mlirbc")
    return (tmp_path / "net.mlirbc").read_bytes()


@pytest.fixture
def read(tmp_path):
    def read(content):
        (tmp_path / "read.mlirbc").write_bytes(content)
        return volley.load(tmp_path / "read.mlirbc")

    return read


def find(content, part):
    assert content.count(part) == 1
    return content.index(part)


def test_every_changed_byte_is_noticed(content, read, weight):
    """But for weights, and the words that say that there is a checksum."""
    data = weight.tobytes()
    weights = find(content, data) + np.arange(len(data))
    # A size and an alignment stand before them, and padding.
    weights = range(weights[0] - 64, weights[-1] + 1)
    mark = find(content, MARK) + np.arange(len(MARK))
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0x24
        if place in weights or place in mark:
            try:
                read(damaged)
            except volley.CompileError:
                pass  # What matters is that this process is still there.
            continue
        with pytest.raises(volley.CompileError) as error:
            read(damaged)
        if place >= 4:  # What MLIR calls its magic number says that it is bytecode.
            assert "is damaged" in str(error.value), place


def test_truncated_files_are_refused(content, read):
    for length in range(0, len(content), 7):
        with pytest.raises(volley.CompileError):
            read(content[:length])
    with pytest.raises(volley.CompileError, match="is damaged"):
        read(content + b"\0")


def test_one_error_of_the_tool(content, run_tool, tmp_path):
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 1
    (tmp_path / "net.mlirbc").write_bytes(damaged)
    done = run_tool("snn-compile", tmp_path / "net.mlirbc", "-o", tmp_path / "net.so")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "is damaged" in done.stderr


def test_files_without_a_checksum_are_read(content, read, net, run_tool, tmp_path):
    """Of snn-opt, as an example; and the same network comes of it."""
    x = np.random.default_rng(5).random((7, 2, 6), np.float32)
    expected = volley.interpret(net, x)
    done = run_tool(
        *("snn-opt", tmp_path / "net.mlirbc", "--emit-bytecode"),
        *("-o", tmp_path / "other.mlirbc"),
    )
    assert done.returncode == 0, done.stderr
    other = (tmp_path / "other.mlirbc").read_bytes()
    assert MARK not in other
    for written in other, content:
        assert_identical(volley.interpret(read(written), x), expected)


def test_a_newer_version_is_refused(content, read):
    """By its number, which stands in a section of its own: its kind is 7, and both its
    length and the number, 2, are doubled and odd."""
    place = find(content, b"\x07\x03\x05") + 2
    newer = bytearray(content.replace(MARK, b", as it was "[: len(MARK)]))
    newer[place] = 2 * 9 + 1
    with pytest.raises(volley.CompileError, match="newer version.* version 9 of"):
        read(newer)


def test_what_cannot_be_read_again_has_no_checksum(net, read, tmp_path):
    """A pipe."""
    os.mkfifo(tmp_path / "pipe.mlirbc")
    parts = []
    reader = threading.Thread(
        target=lambda: parts.append((tmp_path / "pipe.mlirbc").read_bytes())
    )
    reader.start()
    net.save(tmp_path / "pipe.mlirbc")
    reader.join()
    assert MARK not in parts[0]
    assert read(parts[0]).inputs == net.inputs
