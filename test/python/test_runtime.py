# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs without the compiler: what loads it, and that none behaves otherwise."""

import gc
import subprocess
import sys

import numpy as np
import pytest

import volley

from checks import assert_equal, assert_identical
from networks import ASSUMED, BASE_INPUT, base, base_result
from nirfile import neurons

RECORD = ["lif:spikes", "lif:v"]
COMPILER = ("libMLIR", "libLLVM", "_compiler")


@pytest.fixture
def net(load):
    return load(base(), **ASSUMED)


@pytest.fixture
def path(net, tmp_path):
    volley.compile(net, record=RECORD).save(tmp_path / "saved.so")
    return tmp_path / "saved.so"


@pytest.fixture(params=["compiled", "opened"])
def prog(request, net, path):
    """The same program from both sides."""
    if request.param == "opened":
        return volley.open(path)
    return volley.compile(net, record=RECORD)


def run_python(code, *arguments):
    """The lines that a new process with the package prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


MAPPED = """
from pathlib import Path

def mapped():
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {line.rpartition("/")[2] for line in lines if "/" in line}
"""


def compiler_parts(names):
    return {name for name in names if name.startswith(COMPILER)}


# What is loaded


def test_saved_program_runs_without_the_compiler(path, tmp_path):
    """In all ways that there are to run one, and with all its errors."""
    np.save(tmp_path / "x.npy", BASE_INPUT)
    code = (
        MAPPED
        + """
import sys
import numpy as np
import volley

x = np.load(sys.argv[2])
for threads in (1, 2):
    prog = volley.open(sys.argv[1], threads=threads)
    y, rec = prog.run(x, record=["lif"])
    assert prog.probes == ["lif:spikes", "lif:v"]
    assert (prog(x.astype(np.float64)) == y).all()
    prog.run(x[:3], keep_state=True)
    session = prog.session(batch=x.shape[1])
    state = session.save_state()
    first = session(x[:2])
    session.load_state(state)
    assert (session(x) == y).all()
for wrong in (x[0], x.astype(complex), np.full(x.shape, 1e300)):
    try:
        prog(wrong)
    except (TypeError, ValueError):
        continue
    raise AssertionError("no error")
try:
    volley.open("none.so")
except volley.CompileError:
    raise AssertionError("no such error")
except RuntimeError:
    pass
np.save(sys.argv[3], y)
print(*mapped(), sep="\\n")
print(*sys.modules, sep="\\n")
"""
    )
    loaded = run_python(code, path, tmp_path / "x.npy", tmp_path / "y.npy")
    assert_equal(np.load(tmp_path / "y.npy"), base_result())
    assert any(name.startswith("_runtime") for name in loaded)
    assert "volley._program" in loaded
    assert not compiler_parts(loaded)
    assert not {"torch", "volley._compiler", "volley.builder"} & set(loaded)


@pytest.mark.parametrize(
    "use",
    [
        "volley.load",
        "volley.compile",
        "volley.Builder",
        "volley.models.spikformer",
        "volley.phases()",
        "from volley import *",
    ],
)
def test_what_loads_the_compiler(use):
    code = MAPPED + f"import volley\nprint(*mapped())\n{use}\nprint(*mapped())"
    before, after = run_python(code)
    assert not compiler_parts(before.split())
    parts = compiler_parts(after.split())
    assert all(any(name.startswith(part) for name in parts) for part in COMPILER)


def test_runtime_is_in_no_other_module():
    """Two would count what they have loaded each for itself."""
    from volley import _compiler, _runtime

    code = b"is an artefact of another version"
    with open(_runtime.__file__, "rb") as file:
        assert code in file.read()
    with open(_compiler.__file__, "rb") as file:
        assert code not in file.read()


def test_names_of_the_package():
    code = """
import volley
assert set(volley.__all__) <= set(dir(volley))
for name in volley.__all__ + ["builder"]:
    assert getattr(volley, name) is getattr(volley, name), name
assert volley.models.rsnn and volley.builder.where
print(hasattr(volley, "nothing"))
"""
    assert run_python(code) == ["False"]
    with pytest.raises(AttributeError, match="'volley' has no attribute 'nothing'"):
        volley.nothing  # noqa: B018


# Programs of both sides


def test_results(prog):
    assert type(prog) is volley.Program
    assert prog.probes == RECORD
    y, rec = prog.run(BASE_INPUT, record="lif")
    assert_equal(y, base_result())
    session = prog.session(batch=2, record=["lif"])
    assert type(session) is volley.Session
    parts = [session.run(BASE_INPUT[t : t + 2]) for t in range(0, 6, 2)]
    assert_identical(np.concatenate([part for part, _ in parts]), y)
    for what, array in rec["lif"].items():
        whole = np.concatenate([recorded["lif"][what] for _, recorded in parts])
        assert_identical(whole, array)


@pytest.mark.parametrize(
    "x, error, message",
    [
        (BASE_INPUT[0], ValueError, r"expects shape \(steps, batch, 4\), but got"),
        (np.float32(1), ValueError, r"but got \(\)"),
        (BASE_INPUT[:, :0], ValueError, "a batch of at least 1"),
        ({"other": BASE_INPUT}, ValueError, "expects inputs"),
        (BASE_INPUT * 1j, TypeError, "real numbers"),
        (np.full((1, 1, 4), 1e300), ValueError, r"element \[0, 0, 0\]"),
    ],
)
def test_errors(prog, x, error, message):
    with pytest.raises(error, match=message):
        prog(x)
    with pytest.raises(error, match=message):
        prog.session(batch=2)(x)
    # What was wrong leaves nothing behind.
    assert_equal(prog(BASE_INPUT), base_result())


def test_arrays_of_any_layout(prog):
    for x in (
        np.asfortranarray(BASE_INPUT),
        BASE_INPUT[::-1][::-1],
        BASE_INPUT.astype(">f4"),
        BASE_INPUT.tolist(),
        np.repeat(BASE_INPUT, 2, axis=0)[::2],
    ):
        assert_equal(prog(x), base_result())
    fixed = BASE_INPUT.astype(np.float32)
    fixed.flags.writeable = False
    assert_equal(prog(fixed), base_result())


def test_states_go_from_one_side_to_the_other(net, path):
    compiled, opened = volley.compile(net, record=RECORD), volley.open(path)
    first, second = compiled.session(2), opened.session(2)
    start = first(BASE_INPUT[:3])
    second.load_state(first.save_state())
    assert_equal(np.concatenate([start, second(BASE_INPUT[3:])]), base_result())


def test_profile_of_an_opened_program(net, tmp_path):
    """Its report comes from the compiler; the counts do not."""
    volley.compile(net, profile=True).save(tmp_path / "profiled.so")
    code = """
import sys
import numpy as np
import volley

prog = volley.open(sys.argv[1])
prog(np.ones((5, 3, 4), np.float32))
profile = prog.profile()
assert "volley._compiler" not in sys.modules
print(profile.layers[0]["node"])
print(str(profile).splitlines()[0])
profile.save(sys.argv[2])
"""
    node, title = run_python(code, tmp_path / "profiled.so", tmp_path / "p.json")
    assert node == "fc"
    assert "15 steps of samples in 1 run" in title
    assert (tmp_path / "p.json").stat().st_size > 100


def test_many_programs_of_both_sides_in_turns(load, tmp_path):
    """Each is what it was made from, also where descriptors come again."""
    networks = [
        load(base(lif=neurons("LIF", 6, r=r)), **ASSUMED) for r in (1.0, 4.0, 16.0)
    ]
    expected = [volley.interpret(net, BASE_INPUT) for net in networks]
    assert len({y.tobytes() for y in expected}) == 3
    kept = []
    for turn in range(4):
        for number, net in enumerate(networks):
            prog = volley.compile(net)
            prog.save(tmp_path / "one.so")
            opened = volley.open(tmp_path / "one.so", threads=1 + turn % 2)
            for one in (prog, opened):
                assert_identical(one(BASE_INPUT), expected[number])
            if (turn + number) % 2:
                kept.append((opened, number))
            del prog, opened
            gc.collect()
    for one, number in kept:
        assert_identical(one(BASE_INPUT), expected[number])
