# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measurements of a program, and kernels that are chosen by them."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from conftest import REPOSITORY, TOOLS

import volley

from checks import assert_identical


def make_network(rng, name="net"):
    net = volley.Builder(name)
    model = volley.NeuronModel(
        "if",
        states={"v": 0.0},
        law=lambda v, x: ({"v": v + x}, {"s": v + x > 1.0}),
    )
    x = net.input("x", (40,), "i1")
    w = rng.standard_normal((300, 40)).astype(np.float32)
    hidden = net.population(model, net.dense(x, w, name="fc1"), name="a")
    v = rng.standard_normal((9, 300)).astype(np.float32)
    net.output("s", net.population(model, net.dense(hidden, v, name="fc2"), name="b"))
    return net.build()


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def net(rng):
    return make_network(rng)


@pytest.fixture
def x(rng):
    return (rng.random((70, 3, 40)) < 0.2).astype(np.uint8)


def layer(profile, node):
    (found,) = [entry for entry in profile.layers if entry["node"] == node]
    return found


@pytest.mark.parametrize("threads", [1, 2])
def test_profile_counts_what_is_recorded(net, x, threads):
    plain = volley.compile(net)
    prog = volley.compile(net, profile=True, threads=threads)
    expected, recorded = plain.run(x, record=["a:s"])
    assert_identical(prog(x), expected)
    session = prog.session(batch=3)
    assert_identical(session(x[:30]), expected[:30])
    assert_identical(session(x[30:]), expected[30:])

    profile = prog.profile()
    rows = 2 * 70 * 3
    first, second = layer(profile, "fc1"), layer(profile, "fc2")
    assert first["rows"] == second["rows"] == rows
    assert (first["inputs"], first["active_inputs"]) == (2 * x.size, 2 * x.sum())
    assert first["activity"] == pytest.approx(x.mean())
    spikes = recorded["a"]["s"]
    assert second["active_inputs"] == 2 * spikes.sum()
    assert layer(profile, "a")["active_outputs"] == 2 * spikes.sum()
    assert layer(profile, "b")["active_outputs"] == 2 * expected.sum()
    assert first["operations"] == rows * 300 * 40
    assert first["updates"] == 2 * x.sum() * 300
    assert all(entry["seconds"] >= 0 for entry in profile.layers)
    assert "fc1: " in str(profile)


def test_profile_is_written(net, x, tmp_path):
    prog = volley.compile(net, profile=True)
    prog(x)
    profile = prog.profile()
    profile.save(tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    assert (data["network"], data["version"], data["runs"]) == ("net", 1, 1)
    profile.save(tmp_path / "p.svg")
    titles = [
        title.text
        for title in ElementTree.parse(tmp_path / "p.svg").iter(
            "{http://www.w3.org/2000/svg}title"
        )
    ]
    assert any(title.startswith("fc1: ") for title in titles)
    with pytest.raises(ValueError, match=r"p\.txt: expects .* \.json or \.svg"):
        profile.save(tmp_path / "p.txt")
    with pytest.raises(ValueError, match="none.*cannot be written"):
        profile.save(tmp_path / "none" / "p.json")


def test_saved_programs_are_profiled(net, x, tmp_path):
    volley.compile(net, profile=True).save(tmp_path / "net.so")
    prog = volley.open(tmp_path / "net.so")
    prog(x)
    assert layer(prog.profile(), "fc1")["rows"] == 210
    volley.compile(net).save(tmp_path / "plain.so")
    for plain in volley.compile(net), volley.open(tmp_path / "plain.so"):
        with pytest.raises(ValueError, match="profile=True"):
            plain.profile()


def kernels(net, **options):
    prog = volley.compile(net, profile=True, **options)
    return {
        entry["node"]: entry["detail"]
        for entry in prog.profile().layers
        if entry["op"] == "dense"
    }


def change(profile, activity):
    data = json.loads(profile.to_json())
    for entry in data["layers"]:
        if "activity" in entry:
            entry["activity"] = activity
    return json.dumps(data)


def test_kernels_follow_the_measurement(net, x, tmp_path):
    prog = volley.compile(net, profile=True)
    expected = prog(x)
    path = tmp_path / "activity.json"
    chosen = {}
    for activity in 0.01, 1.0:
        path.write_text(change(prog.profile(), activity))
        chosen[activity] = kernels(net, activity=path)
        assert_identical(volley.compile(net, activity=path)(x), expected)
    assert set(chosen[0.01].values()) <= {"event", "direct"}
    assert set(chosen[1.0].values()) == {"blocked"}
    measured = volley.compile(net, activity=prog.profile())
    assert measured.remarks == []
    assert_identical(measured(x), expected)
    # A program that is compiled again, for a record, keeps the choice.
    path.unlink()
    y, recorded = measured.run(x, record=["a"])
    assert_identical(y, expected)


def test_kernels_can_be_forced(net, x):
    expected = volley.compile(net)(x)
    for kernel in "event", "blocked":
        assert set(kernels(net, kernel=kernel).values()) == {kernel}
        prog = volley.compile(net, kernel=kernel, threads=2, share="always")
        assert prog.remarks == []
        assert_identical(prog(x), expected)
    (remark,) = volley.compile(net, kernel="depthwise").remarks
    assert "takes kernel 'depthwise' nowhere" in remark
    for wrong in {"kernel": "fast"}, {"share": "often"}:
        with pytest.raises(volley.CompileError, match="there is no .*; there are"):
            volley.compile(net, **wrong)


def test_what_does_not_fit_is_told(rng, net, x, tmp_path):
    prog = volley.compile(net, profile=True)
    data = json.loads(prog.profile().to_json())
    prog(x)
    other = make_network(rng, name="other")
    assert volley.compile(other, activity=prog.profile()).remarks == [
        "activity: remark: is a profile of network 'net', but is used for 'other'"
    ]
    # Without a run there is no activity.
    path = tmp_path / "none.json"
    path.write_text(json.dumps(data))
    assert volley.compile(net, activity=path).remarks == [
        f"{path}: remark: has no activity of 'fc1' dense, 'fc2' dense, which is assumed"
    ]
    for text in "", "{", "[]", '{"format": "volley-profile"}':
        path.write_text(text)
        with pytest.raises(volley.CompileError, match=r"none\.json"):
            volley.compile(net, activity=path)
    for ordinal in -1, "z", 0.5, None, 2**32:
        for entry in data["layers"]:
            entry.update(ordinal=ordinal, activity=0.5)
        path.write_text(json.dumps(data))
        with pytest.raises(volley.CompileError, match=r"none\.json: .*an ordinal"):
            volley.compile(net, activity=path)
    # A recursive parser would run out of stack.
    path.write_text("[" * 200_000)
    with pytest.raises(volley.CompileError, match=r"none\.json: .*nested deeper than"):
        volley.compile(net, activity=path)
    with pytest.raises(OSError, match="missing"):
        volley.compile(net, activity=tmp_path / "missing.json")


def test_guide(tmp_path, monkeypatch, capsys):
    """What the guide shows runs; blocks of bash need perf and are left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(TOOLS), prepend=os.pathsep)
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    text = (REPOSITORY / "docs/Guides/Performance.md").read_text()
    output = ""
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", text, re.DOTALL):
        if language == "python":
            exec(block, {})
            output += capsys.readouterr().out
        else:
            finished = subprocess.run(
                block, shell=True, capture_output=True, encoding="utf-8", check=True
            )
            output += finished.stdout + finished.stderr
    assert "kernel = direct, activity = measured 4.26 %, cycles per row = " in output
    assert re.search(r"in 4\.3 % +698 +164 k +6\.98 k .* fc2: direct dense", output)
    assert {"digits.svg", "digits.json"} <= {path.name for path in tmp_path.iterdir()}
