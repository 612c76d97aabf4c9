# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What becomes of the benchmark suite's results: the gate and the report."""

import json
import math
import shutil
import subprocess
import sys

import pytest
from smallsuite import BENCHMARKS, SMALL, describe, parse

import gate
import report
from suite import badges, instructions, machine, stats
from suite.description import load_networks, select_cases
from suite.workloads import make_workload

needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None, reason="there is no valgrind"
)

# The gate


def make_result(case="small", time=1.0, peers=None, **changes):
    """A result of a case: `peers` are medians by name."""
    entry = {
        "status": "ok",
        "seconds": stats.summarize([time] * 3),
        "code_bytes": 1000,
        "prepare_seconds": 0.5,
        "first_call_seconds": 0.5,
        "setting": "as it is",
        "memory": {"peak_bytes": 100e6, "mean_bytes": 90e6},
        "instructions": 5000,
        **changes,
    }
    runners = {"volley": entry}
    for name, seconds in (peers or {}).items():
        runners[name] = {
            "status": "ok",
            "seconds": stats.summarize([seconds] * 3),
            "ratio": stats.summarize([seconds / time] * 3),
            "prepare_seconds": 1.0,
            "first_call_seconds": 1.0,
            "setting": "fast",
            "differing": 0,
            "cells": 1000,
        }
    return {
        "case": case,
        "network": "small",
        "point": {"density": 0.1, "threads": 1},
        "equals_interpreter": True,
        "load": {"before": 0.0, "after": 1.0},
        "runners": runners,
    }


def make_report(*results):
    return {
        "format": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "finished": "2026-01-01T01:00:00+00:00",
        "machine": {
            "cpu": "Test CPU",
            "family_model": "6/1",
            "isa": ["avx2"],
            "cores": 2,
            "memory_gb": 8.0,
            "system": "Linux x86_64",
        },
        "versions": {"volley": "0.1.0", "python": "3.11"},
        "volley": {"commit": "0123456789abcdef", "changed": False},
        "load": {"before": 0.0, "after": 1.0},
        "options": {"quick": False},
        "results": list(results),
    }


def compare(before, after, **options):
    before, after = (gate.extract(make_report(r)) for r in (before, after))
    limits = options.pop("limits", {**gate.LIMITS, "ratio": None})
    return [
        (finding.level, finding.measure)
        for finding in gate.compare(before, after, limits, **options)
    ]


def test_gate_levels():
    base = make_result()
    assert compare(base, make_result(time=1.09)) == []
    assert compare(base, make_result(time=1.15)) == [("warning", "time")]
    assert compare(base, make_result(time=1.25)) == [("critical", "time")]
    assert compare(base, make_result(time=0.5)) == []
    assert compare(base, make_result(time=1.25), critical=3.0) == [("warning", "time")]
    limits = {**gate.LIMITS, "time": 0.5}
    assert compare(base, make_result(time=1.25), limits=limits) == []
    assert compare(base, make_result(time=9.0), limits={"time": None}) == []


def test_gate_measures():
    base = make_result(peers={"numpy": 1.0})
    memory = {"peak_bytes": 115e6, "mean_bytes": 90e6}
    assert compare(base, make_result(memory=memory)) == [("warning", "memory")]
    assert compare(base, make_result(code_bytes=1300)) == [("critical", "code")]
    assert compare(base, make_result(instructions=5150)) == [
        ("warning", "instructions")
    ]
    energy = make_result(energy=1.0)
    assert compare(energy, make_result(energy=1.06)) == [("warning", "energy")]
    differing = make_result(peers={"numpy": 1.0})
    differing["runners"]["numpy"]["differing"] = 15
    assert compare(base, differing) == [("warning", "accuracy")]
    other = make_result(peers={"numpy": 1.0})
    other["equals_interpreter"] = False
    assert compare(base, other) == [("critical", "accuracy")]


def test_gate_of_starts_calls_and_threads():
    def make(factor=1.0, peers=None, **changes):
        names = {"startup_seconds": 0.1, "c_call_seconds": 1e-7, "speedup": 1.8}
        names = {n: {"median": v * changes.get(n, 1.0)} for n, v in names.items()}
        return {**make_result(time=factor, peers=peers), **names}

    assert compare(make(), make()) == []
    for name, measure, factor in [
        ("startup_seconds", "startup", 1.3),
        ("c_call_seconds", "c_call", 1.3),
        ("speedup", "threads", 1 / 1.3),
    ]:
        assert compare(make(), make(**{name: factor})) == [("warning", measure)]
        assert compare(make(), make(**{name: 1 / factor})) == []
    # Peers are slower as well.
    before, after = make(peers={"numpy": 1.0}), {"numpy": 1.3}
    assert compare(before, make(1.3, peers=after, startup_seconds=1.3)) == []


def test_gate_leaves_out_what_the_machine_does():
    """Half as fast as before, but so are the peers."""
    base = make_result(time=1.0, peers={"numpy": 2.0, "torch": 3.0})
    slower = make_result(time=2.0, peers={"numpy": 4.0, "torch": 6.0})
    assert compare(base, slower) == []
    alone = make_result(time=2.0, peers={"numpy": 2.0, "torch": 3.0})
    assert compare(base, alone) == [("critical", "time")]
    # A faster machine does not make the same time a regression.
    faster = make_result(time=1.0, peers={"numpy": 1.0, "torch": 1.5})
    assert compare(base, faster) == []


def test_gate_on_a_machine_less_busy():
    """The same time, but the peers take half of theirs: the baseline was busy."""
    base = make_result(time=1.0, peers={"numpy": 2.0, "torch": 3.0})
    quiet = make_result(time=0.7, peers={"numpy": 1.0, "torch": 1.5})
    assert compare(base, quiet, limits=gate.LIMITS) == [("warning", "ratio")]
    same = make_result(time=0.5, peers={"numpy": 1.0, "torch": 1.5})
    assert compare(base, same, limits=gate.LIMITS) == []


def test_gate_failures():
    base, failed = make_result(), make_result(status="failed")
    assert compare(base, failed) == [("critical", "failed")]
    assert compare(failed, base) == []
    assert compare(base, make_result("another")) == []


def run_gate(*arguments):
    return gate.main([str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path):
    """files(report, name) writes a result file."""

    def write(data, name="results.json"):
        path = tmp_path / name
        path.write_text(json.dumps(data))
        return path

    return write


def test_gate_command(files, tmp_path, capsys):
    baseline, history = (
        tmp_path / "base" / "base.json",
        tmp_path / "h" / "history.jsonl",
    )
    good = files(make_report(make_result(), make_result("other")))
    where = ["--baseline", baseline]
    assert run_gate(good, *where) == 2
    assert "there is no baseline" in capsys.readouterr().err
    assert run_gate(good, *where, "--optional") == 0
    assert "there is no baseline" in capsys.readouterr().out
    assert run_gate(good, *where, "--update") == 0
    assert run_gate(good, *where, "--history", history) == 0
    assert "2 cases compared, 0 not in the baseline" in capsys.readouterr().out
    slow = files(make_report(make_result(time=1.15), make_result("new")), "slow.json")
    assert run_gate(slow, *where, "--history", history) == 0
    out = capsys.readouterr().out
    assert "warning: small: time 1 -> 1.15 (+15.0%)" in out
    assert "1 cases compared, 1 not in the baseline, 0 critical, 1 warnings" in out
    assert run_gate(slow, *where, "--strict") == 1
    assert run_gate(slow, *where, "--critical", "1") == 1
    assert run_gate(slow, *where, "--limit", "time=0.2", "--strict") == 0
    assert run_gate(slow, *where, "--limit", "time=none", "--strict") == 0
    lines = [json.loads(line) for line in history.read_text().splitlines()]
    assert [line["warnings"] for line in lines] == [0, 1]
    assert lines[1]["cases"]["small"]["time"] == 1.15
    # What was not run stays in the baseline.
    assert run_gate(slow, *where, "--update") == 0
    assert set(json.loads(baseline.read_text())["cases"]) == {"small", "other", "new"}


def test_gate_of_a_machine_of_its_own(files, tmp_path, capsys):
    own, history = tmp_path / "own", tmp_path / "history.jsonl"
    where = ["--own", own, "--history", history]
    assert run_gate(files(make_report(make_result())), *where) == 0
    (baseline,) = own.iterdir()
    assert f"wrote {baseline}" in capsys.readouterr().out
    slow = files(make_report(make_result(time=1.3)))
    assert run_gate(slow, *where) == 1
    assert "critical: small: time 1 -> 1.3" in capsys.readouterr().out
    assert len(history.read_text().splitlines()) == 2
    # One that is stored comes first.
    stored = tmp_path / "stored.json"
    assert run_gate(slow, "--baseline", stored, "--update") == 0
    assert run_gate(slow, "--baseline", stored, *where) == 0


def test_gate_says_what_it_does_not_compare(files, tmp_path, capsys):
    """A measure that one side lacks must not look like one that did not change."""
    where = ["--baseline", tmp_path / "base.json"]
    peers = {"numpy": 1.0}
    quick = make_result("quick", peers=peers)
    del quick["runners"]["volley"]["instructions"]
    full = make_result("full", peers=peers)
    assert run_gate(files(make_report(quick, full)), *where, "--update") == 0
    quick = make_result("quick", peers={"torch": 1.0})
    full = make_result("full", peers=peers)
    del full["runners"]["volley"]["memory"]
    results = files(make_report(quick, full))
    capsys.readouterr()
    assert run_gate(results, *where, "--strict") == 0
    *notices, _ = capsys.readouterr().out.splitlines()
    assert notices == [
        "notice: ratio: no peer in common for quick",
        "notice: memory: the results lack it for full",
        "notice: instructions: the baseline lacks it for quick",
    ]
    left_out = [f"--limit={m}=none" for m in ("ratio", "memory", "instructions")]
    assert run_gate(results, *where, *left_out) == 0
    assert "notice" not in capsys.readouterr().out


def test_gate_that_compares_nothing_fails(files, tmp_path, capsys):
    where = ["--baseline", tmp_path / "base.json"]
    assert run_gate(files(make_report(make_result())), *where, "--update") == 0
    empty = files(make_report(), "empty.json")
    other = files(make_report(make_result("other")), "other.json")
    for path, reason in ((empty, "'results' is empty"), (other, "none of the cases")):
        capsys.readouterr()
        assert run_gate(path, *where) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert reason in line
        assert path.name in line
    assert run_gate(empty, *where, "--optional") == 2
    assert run_gate(empty, *where, "--update") == 2
    # Of networks that the baseline is not about.
    assert run_gate(other, *where, "--optional") == 0
    assert "not compared" in capsys.readouterr().out


def test_baseline_keeps_the_commit_of_each_measure(files, tmp_path, capsys):
    baseline = tmp_path / "base.json"
    where = ["--baseline", baseline]

    def update(commit, *results, only=()):
        data = make_report(*results)
        data["volley"]["commit"] = commit
        only = [f"--only={measure}" for measure in only]
        assert run_gate(files(data), *where, "--update", *only) == 0
        return json.loads(baseline.read_text())["cases"]

    first = update("a" * 40, make_result(), make_result("other"))
    assert set(first["small"]["commits"].values()) == {"a" * 40}
    cases = update("b" * 40, make_result(time=2.0))
    assert cases["other"] == first["other"]
    assert cases["small"]["commits"]["time"] == "b" * 40
    changed = make_result("other", time=9.0, instructions=4000)
    cases = update("c" * 40, changed, only=["instructions"])
    assert cases["other"]["instructions"] == 4000
    assert cases["other"]["time"] == 1.0
    assert cases["other"]["commits"]["instructions"] == "c" * 40
    assert cases["other"]["commits"]["time"] == "a" * 40
    # What the later run did not measure keeps its commit.
    without = make_result("other", time=3.0)
    del without["runners"]["volley"]["instructions"]
    cases = update("d" * 40, without)
    assert cases["other"]["instructions"] == 4000
    assert cases["other"]["commits"]["instructions"] == "c" * 40
    slow = files(make_report(make_result("other", time=3.5)))
    assert run_gate(slow, *where) == 1
    out = capsys.readouterr().out
    assert "warning: other: time 3 -> 3.5 (+16.7%) since dddddddddddd\n" in out
    assert "critical: other: instructions 4000 -> 5000 (+25.0%) since cccc" in out
    # Nothing to take over leaves the baseline alone.
    before = baseline.read_text()
    no_energy = [slow, *where, "--update", "--only=energy"]
    assert run_gate(*no_energy) == 2
    assert "no case has energy" in capsys.readouterr().err
    assert baseline.read_text() == before
    with pytest.raises(SystemExit):
        run_gate(slow, *where, "--only=time")


def test_baseline_keeps_times_with_those_of_peers(files, tmp_path):
    """A start is judged by how much slower the peers are, of the same run."""
    baseline = tmp_path / "base.json"
    where = ["--baseline", baseline, "--update"]
    assert run_gate(files(make_report(make_result(peers={"numpy": 1.0}))), *where) == 0
    busy = make_result(time=2.0, peers={"numpy": 2.0}, code_bytes=2000)
    busy["startup_seconds"] = {"median": 0.3}
    assert run_gate(files(make_report(busy)), *where, "--only=startup") == 0
    case = json.loads(baseline.read_text())["cases"]["small"]
    assert (case["startup"], case["time"], case["peers"]) == (0.3, 2.0, {"numpy": 2.0})
    assert case["code"] == 1000


def test_baselines():
    """Those of the repository can be read, by the machine that their name says."""
    paths = sorted(gate.BASELINES.glob("*.json"))
    assert paths
    for path in paths:
        baseline = gate.read_baseline(path)
        assert path.stem == machine.machine_type(baseline["machine"])
        for case in baseline["cases"].values():
            measures = case.keys() & gate.LIMITS.keys()
            assert case["commits"].keys() == measures


def test_products_of_pull_requests_are_counted():
    cases = select_cases(load_networks(), ["product-512x2048"])
    assert all(case.network.instructions for case in cases)


@needs_valgrind
def test_counting_takes_bounded_time(monkeypatch, tmp_path):
    """A run that valgrind is too slow for is left out, not waited for."""
    monkeypatch.setattr(instructions, "TIME_LIMIT", 1)
    endless = tmp_path / "endless.sh"
    endless.write_text("while :; do :; done")
    with pytest.raises(instructions.UncountableError, match="takes more than 1 s"):
        instructions.count(["sh", endless])


@pytest.mark.nightly
@needs_valgrind
def test_instructions_follow_the_work(tmp_path):
    axes = {"density": [0.1, 0.5]}
    network = parse(settings={"shape": [64, 256, 256]}, axes=axes, goals=[])
    few, many = (make_workload(case, tmp_path) for case in network.cases())
    counted = instructions.count_instructions(few)
    assert instructions.count_instructions(few) == pytest.approx(counted, rel=1e-3)
    assert instructions.count_instructions(many) > 1.5 * counted


@pytest.mark.parametrize("script", ["call_overhead", "events", "fit_costs", "gate"])
def test_help(script):
    done = subprocess.run(
        [sys.executable, BENCHMARKS / f"{script}.py", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


NULL = object()
FIRST = ["results", 0]
VOLLEY, NUMPY = ([*FIRST, "runners", name] for name in ("volley", "numpy"))


def break_result(path, value):
    """Results whose first one has this at a path of keys; None leaves the key out."""
    data = make_report(make_result(peers={"numpy": 2.0}))
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = None if value is NULL else value
    return data


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["machine"], None, "'machine' is missing"),
        (["machine"], [], "'machine': expects an object, but got a list"),
        (["machine", "isa"], None, "'machine.isa' is missing"),
        (["machine", "isa"], 5, "'machine.isa': expects a list, but got 5"),
        (["machine", "isa"], NULL, "'machine.isa': expects a list, but got null"),
        (["machine", "isa"], [5], "'machine.isa[0]': expects a string"),
        (["machine", "family_model"], 5, "'machine.family_model': expects a string"),
        (["machine", "cpu"], [1], "'machine.cpu': expects a string, but got a list"),
        (["machine", "memory_gb"], "8", "'machine.memory_gb': expects a number"),
        (["versions"], [], "'versions': expects an object"),
        (["versions", "numpy"], 2, "'versions.numpy': expects a string"),
        (["volley"], None, "'volley' is missing"),
        (["started"], None, "'started' is missing"),
        (["finished"], None, "'finished' is missing"),
        (["options"], None, "'options' is missing"),
        (["load"], {}, "'load.before' is missing"),
        (["format"], True, "'format': expects 1"),
        (["results"], {}, "'results': expects a list"),
        (["results", 0], "small", "'results[0]': expects an object"),
        ([*FIRST, "case"], None, "'results[0].case' is missing"),
        ([*FIRST, "case"], ["a"], "'results[0].case': expects a string"),
        ([*FIRST, "point"], None, "'results[0].point' is missing"),
        ([*FIRST, "network"], None, "'results[0].network' is missing"),
        ([*FIRST, "load"], "high", "'results[0].load': expects an object"),
        ([*FIRST, "equals_interpreter"], 1, "expects true or false, but got 1"),
        ([*FIRST, "inputs"], 1.5, "'results[0].inputs': expects an integer"),
        ([*VOLLEY, "seconds"], None, "volley.seconds' is missing"),
        ([*VOLLEY, "seconds", "median"], "1", "expects a positive number, but got '1'"),
        ([*VOLLEY, "seconds", "median"], NULL, "expects a positive number"),
        ([*VOLLEY, "seconds", "median"], 0, "expects a positive number, but got 0"),
        ([*VOLLEY, "seconds", "median"], math.nan, "expects a positive number"),
        ([*VOLLEY, "seconds", "q3"], math.inf, "q3': expects a positive number"),
        ([*VOLLEY, "seconds", "q3"], 10**400, "q3': expects a positive number"),
        ([*VOLLEY, "seconds", "q3"], 5e-324, "q3': expects a positive number"),
        ([*VOLLEY, "code_bytes"], "1000", "code_bytes': expects a number"),
        ([*VOLLEY, "instructions"], math.nan, "instructions': expects a number"),
        ([*VOLLEY, "memory", "peak_bytes"], "big", "peak_bytes': expects a number"),
        ([*VOLLEY, "prepare_seconds"], None, "prepare_seconds' is missing"),
        ([*NUMPY, "seconds", "median"], "2", "numpy.seconds.median': expects"),
        ([*NUMPY, "ratio"], None, "numpy.ratio' is missing"),
        ([*NUMPY, "cells"], 0, "numpy.cells': expects a positive number"),
        ([*NUMPY, "differing"], NULL, "numpy.differing': expects an integer"),
        ([*NUMPY, "status"], None, "numpy.status' is missing"),
    ],
)
def test_results_that_are_none(path, value, expected, files, tmp_path, capsys):
    """Gate and report read the same."""
    results = files(break_result(path, value))
    assert run_gate(results, "--optional") == 2
    (line,) = capsys.readouterr().err.splitlines()
    page = tmp_path / "page.md"
    assert report.main([str(results), "--page", str(page)]) == 1
    assert capsys.readouterr().err.splitlines() == [line]
    assert not page.exists()
    assert line.startswith(f"error: {results}: ")
    assert expected in line


def baseline_of(**measures):
    return {"cases": {"small": measures}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], "expects an object, but got a list"),
        ({"format": 1, "cases": {}}, "'machine' is missing"),
        ({"cases": []}, "'cases': expects an object"),
        ({"cases": {"small": 3}}, "'cases.small': expects an object, but got 3"),
        (baseline_of(time="fast", peers={}), "small.time': expects a positive number"),
        (baseline_of(time=0, peers={}), "small.time': expects a positive number"),
        (baseline_of(time=math.nan, peers={}), "small.time': expects a positive"),
        (baseline_of(time=1.0), "'cases.small.peers' is missing"),
        (baseline_of(time=1.0, peers={"numpy": "1"}), "small.peers.numpy': expects"),
        (baseline_of(time=1.0, peers={"numpy": 0}), "small.peers.numpy': expects"),
        (baseline_of(code=1, commits="all"), "small.commits': expects an object"),
        (baseline_of(code=1, commits={"code": 5}), "commits.code': expects a string"),
    ],
)
def test_gate_baseline_that_is_none(data, expected, files, capsys):
    good = make_report(make_result())
    if isinstance(data, dict) and "format" not in data:
        data = {**good, **data}
    wrong = files(data, "wrong.json")
    for more in ([], ["--update"]):
        assert run_gate(files(good), "--baseline", wrong, *more) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "wrong.json: " in line
        assert expected in line
        assert wrong.read_text() == json.dumps(data)


def test_gate_bad_input(files, tmp_path, capsys):
    for data in ([], {}, {"format": 99, "results": []}, {"format": 1}):
        assert run_gate(files(data)) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert "results.json" in line
    assert run_gate(tmp_path / "absent.json") == 2
    good = files(make_report(make_result()))
    assert run_gate(good, "--baseline", files({"format": 1}, "wrong.json")) == 2
    assert "wrong.json: 'machine' is missing" in capsys.readouterr().err
    wrong = ["speed=0.1", "time=-1", "time=fast", "time", "time=nan", "time=inf"]
    for arguments in [
        *(["--limit", limit] for limit in wrong),
        *(["--critical", factor] for factor in ("nan", "inf", "0.5", "-2", "two")),
    ]:
        with pytest.raises(SystemExit) as raised:
            run_gate(good, *arguments)
        assert raised.value.code == 2
        assert f"error: argument {arguments[0]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "not JSON: not a text"),
        (b"{", "not JSON: "),
        (b"9" * 5000, "not JSON: "),
    ],
)
def test_files_that_are_no_json(content, expected, tmp_path, files, capsys):
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    good = files(make_report(make_result()))
    for call in (
        lambda: run_gate(path),
        lambda: run_gate(good, "--baseline", path),
        lambda: report.main([str(path), "--page", str(tmp_path / "page.md")]),
    ):
        assert call() in (1, 2)
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {path}: {expected}")


def test_a_case_twice_is_an_error(files, capsys):
    results = files(make_report(make_result(time=50.0), make_result()))
    assert run_gate(results, "--optional") == 2
    line = f"error: {results}: case 'small' is there twice\n"
    assert capsys.readouterr().err == line


def test_gate_says_which_cases_and_bits_are_gone(files, tmp_path, capsys):
    where = ["--baseline", tmp_path / "base.json"]
    both = [make_result(), make_result("other")]
    assert run_gate(files(make_report(*both)), *where, "--update") == 0
    kept = make_result()
    del kept["equals_interpreter"]
    capsys.readouterr()
    assert run_gate(files(make_report(kept)), *where, "--strict") == 0
    *notices, _ = capsys.readouterr().out.splitlines()
    assert notices == [
        "notice: cases: the results lack other",
        "notice: bits: not compared with the interpreter's any more for small",
    ]
    # What was not measured is no part of a baseline either.
    assert run_gate(files(make_report(*both)), *where) == 0
    assert "notice" not in capsys.readouterr().out


def skip_result(case="small"):
    reason = "no such data: nets/small.nir"
    whole = make_result(case)
    return {**{k: whole[k] for k in ("case", "network", "point")}, "skipped": reason}


def test_gate_takes_skipped_cases_as_not_measured(files, tmp_path, capsys):
    where = ["--baseline", tmp_path / "base.json"]
    both = make_report(make_result(), make_result("other"))
    assert run_gate(files(both), *where, "--update") == 0
    results = files(make_report(skip_result(), make_result("other")))
    history = tmp_path / "history.jsonl"
    capsys.readouterr()
    assert run_gate(results, *where, "--strict", "--history", history) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "notice: small: skipped: no such data: nets/small.nir",
        "notice: cases: the results lack small",
    ]
    assert set(json.loads(history.read_text())["cases"]) == {"other"}
    # The baseline keeps what was measured once.
    before = json.loads((tmp_path / "base.json").read_text())["cases"]["small"]
    assert run_gate(results, *where, "--update") == 0
    assert json.loads((tmp_path / "base.json").read_text())["cases"]["small"] == before


# The report


def network_of_report(**changes):
    return parse(axes={"density": [0.1, 0.5]}, goals=SMALL["goals"][:1], **changes)


def make_page(*results, **changes):
    data = {**make_report(*results), **changes}
    return report.write_page(data, [network_of_report()], "images")


def goal_result(**options):
    return make_result("small density=0.1", **options)


def test_goals():
    networks = [network_of_report()]

    def judge(peers):
        ((*_, peer, ratio, verdict),) = report.collect_goals(
            make_report(goal_result(peers=peers)), networks
        )
        return peer, ratio, verdict

    assert judge({"numpy": 1.9}) == ("numpy", 1.9, "missed")
    assert judge({"numpy": 2.0}) == ("numpy", 2.0, "reached")
    assert judge({"numpy": 3.5}) == ("numpy", 3.5, "stretch")
    # The goal is not about this one.
    assert judge({"torch": 0.1}) == (None, None, "not measured")


def test_goals_of_other_machines():
    goals = [{**SMALL["goals"][0], "needs": "amx_int8"}]
    networks = [parse(axes={"density": [0.1, 0.5]}, goals=goals)]
    data = make_report(goal_result(peers={"numpy": 3.0}))
    assert report.collect_goals(data, networks) == []
    left_out = "Goals of machines with amx_int8 are left out."
    assert report.write_other_goals(data, networks) == left_out
    data["machine"]["isa"].append("amx_int8")
    assert len(report.collect_goals(data, networks)) == 1
    assert report.write_other_goals(data, networks) == ""


def test_the_fastest_peer_decides():
    goal = parse(axes={"threads": [1, 2]}, goals=SMALL["goals"][1:]).goals[0]
    result = make_result(peers={"numpy": 4.0, "torch": 3.0})
    assert report.measure_goal(goal, result) == ("torch", 3.0)
    result["runners"]["torch"]["status"] = "differs"
    assert report.measure_goal(goal, result) == ("numpy", 4.0)


def test_limits():
    limits = [
        {"measure": "time", "bound": 3e6, "stretch": 1e6},
        {"measure": "memory", "bound": 90},
        {"measure": "threads", "where": {"threads": 2}, "bound": 1.7, "stretch": 1.9},
        {"measure": "startup", "bound": 10},
        {"measure": "saved_startup", "bound": 10},
    ]
    network = parse(goals=[], limits=limits)
    one = make_result("small density=0.1 threads=1", time=2.0, model_bytes=20e6)
    two = make_result("small density=0.1 threads=2", time=1.1, model_bytes=5e6)
    two["point"] = {**one["point"], "threads": 2}
    two["saved_startup_seconds"] = {"median": 0.009}
    data = make_report(one, two)
    rows = report.collect_limits(data, [network])
    assert [(limit.measure, verdict) for *_, limit, _, verdict in rows] == [
        ("time", "reached"),
        ("memory", "reached"),
        ("startup", "not measured"),
        ("saved_startup", "not measured"),
        ("time", "reached"),
        ("memory", "missed"),
        ("threads", "reached"),
        ("startup", "not measured"),
        ("saved_startup", "reached"),
    ]
    values = [value for *_, value, _ in rows]
    assert values[:3] == [2e6, 80.0, None]
    assert values[6:] == [pytest.approx(2.0 / 1.1), None, 9.0]
    # Twice as fast is more than the stretch.
    two["runners"]["volley"]["seconds"]["median"] = 1.0
    rows = report.collect_limits(data, [network])
    assert rows[6][-1] == rows[4][-1] == "stretch"
    page = report.write_page(make_report(one, two), [network], "images")
    assert "| threads against one | 2 x | at least 1.7 (1.9) x | stretch |" in page
    text = "| peak memory less the model's file | 95 MB | at most 90 MB | missed |"
    assert text in page
    # What was measured in the same turns says more.
    two["speedup"] = {"median": 1.75}
    rows = report.collect_limits(data, [network])
    assert rows[6][-2:] == (1.75, "reached")


def test_limits_of_other_machines():
    limits = [
        {"measure": "c_call", "bound": 1, "stretch": 0.3},
        {"measure": "time", "bound": 1, "needs": "amx_int8"},
    ]
    network = parse(axes={"density": [0.1, 0.5]}, goals=[], limits=limits)
    result = {**goal_result(), "c_call_seconds": stats.summarize([5e-7])}
    data = make_report(result)
    ((*_, value, verdict),) = report.collect_limits(data, [network])
    assert (value, verdict) == (0.5, "reached")
    data["machine"]["isa"].append("amx_int8")
    assert len(report.collect_limits(data, [network])) == 2


def test_page():
    page = make_page(
        goal_result(time=0.002, peers={"numpy": 0.005}),
        make_result("small density=0.5", time=0.001, peers={"numpy": 0.0025}),
    )
    assert "| NumPy, OpenBLAS | 2.50 (2.50 to 2.50) | 2 (3) | reached |" in page
    assert "| density 0.1 | Volley | 2 ms (2 ms to 2 ms) |" in page
    assert "0 of 1,000" in page
    assert "![A small product](images/small.svg)" in page
    assert "Test CPU" in page
    assert "`0123456789ab`;" in page
    assert "Other work ran" not in page
    # Nobody reads lines of prose that do not fit.
    assert max(len(t) for t in page.splitlines() if t[:1] not in "|<!") <= 88


def test_order_is_that_of_the_descriptions():
    networks = [network_of_report()]
    results = [make_result(f"small density={d}") for d in ("0.5", "0.2", "0.1")]
    assert [r["case"] for r in report.sort_results(results, networks)] == [
        "small density=0.1",
        "small density=0.5",
    ]


def test_page_says_what_disturbed():
    busy = goal_result(peers={"numpy": 3.0})
    busy["load"] = {"before": 6.0, "after": 7.0}
    page = make_page(busy)
    assert "Other work ran on the 2 cores" in page
    assert "| 6.5 |" in page
    changed = {"commit": "0123456789abcdef", "changed": True}
    assert "changes that are not committed" in make_page(busy, volley=changed)
    different = goal_result(peers={"numpy": 3.0})
    different["equals_interpreter"] = False
    assert "**different**" in make_page(different)


def test_page_lists_what_is_missing():
    result = goal_result(peers={"numpy": 3.0})
    result["runners"]["torch"] = {"status": "missing", "reason": "no torch"}
    failed = {**make_result("small density=0.5"), "error": "exit code 9"}
    del failed["runners"]
    page = make_page(result, failed)
    assert "PyTorch: missing (no torch)" in page
    assert "exit code 9" in page


def test_numbers_are_readable():
    assert [report.format_time(s) for s in (2.5, 0.0123, 4.2e-5, 3e-9)] == [
        "2.5 s",
        "12.3 ms",
        "42 µs",
        "3 ns",
    ]
    assert [report.format_ratio(r) for r in (0.953, 12.34, 123.4)] == [
        "0.953",
        "12.3",
        "123",
    ]


def test_badges():
    from xml.etree import ElementTree

    badge = badges.draw("a < b", 'x & "y"', "green")
    root = ElementTree.fromstring(badge)
    texts = [node.text for node in root.iter() if node.text and node.text.strip()]
    assert texts == ["a < b", 'x & "y"']
    assert badges.COLORS["green"] in badge
    wide = ElementTree.fromstring(badges.draw("a < b", "a longer text", "red"))
    assert int(wide.get("width")) > int(root.get("width"))


def write_networks(path):
    """The directory of network_of_report."""
    networks = path / "networks"
    networks.mkdir()
    description = describe(axes={"density": [0.1, 0.5]}, goals=SMALL["goals"][:1])
    (networks / "small.json").write_text(json.dumps(description))
    return networks


def test_plots(files, tmp_path):
    pytest.importorskip("matplotlib")
    networks = write_networks(tmp_path)
    path = files(make_report(goal_result(peers={"numpy": 3.0})))
    history = tmp_path / "history.jsonl"
    for time in (1.0, 1.1):
        data = make_report(goal_result(time=time))
        gate.append_history(history, data, [])
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    arguments = [path, "--page", page, "--networks", networks, "--history", history]
    assert report.main([str(argument) for argument in arguments]) == 0
    images = page.parent / "benchmarks"
    assert {p.name for p in images.iterdir()} == {
        "badge-bits.svg",
        "badge-goals.svg",
        "small.svg",
    }
    plots = {p.name for p in (tmp_path / "plots").iterdir()}
    assert {"small.png", "small.pdf", "trend-time.svg", "trend-time.png"} <= plots
    trend = (tmp_path / "plots" / "trend-time.svg").read_text()
    assert ">warning</text>" in trend
    assert ">critical</text>" in trend
    for image in ("badge-goals.svg", "badge-bits.svg", "small.svg"):
        assert f"(benchmarks/{image})" in page.read_text()
    elsewhere = [*arguments, "--images", tmp_path / "images"]
    assert report.main([str(argument) for argument in elsewhere]) == 0
    assert "(../images/small.svg)" in page.read_text()
    history.write_text("{}\n")
    assert report.main([str(argument) for argument in arguments]) == 1
    nowhere = [path, "--page", page, "--networks", tmp_path / "nothing"]
    assert report.main([str(argument) for argument in nowhere]) == 1


def publish(files, tmp_path, *results, arguments=(), **changes):
    """report.py on a report in a directory of docs; its exit code."""
    if not (tmp_path / "networks").exists():
        write_networks(tmp_path)
    path = files({**make_report(*results), **changes})
    where = ["--docs", tmp_path / "docs", "--networks", tmp_path / "networks"]
    return report.main([str(argument) for argument in (path, *where, *arguments)])


def test_pages_of_levels(files, tmp_path):
    """In docs: a page of the machine's level, and that of all levels."""
    pytest.importorskip("matplotlib")
    result = goal_result(peers={"numpy": 3.0})
    assert publish(files, tmp_path, result) == 0
    machine = make_report()["machine"]
    amx = {**machine, "isa": ["avx2", "avx512f", "amx_int8"]}
    slow = goal_result(peers={"numpy": 1.0})
    earlier = "2025-01-01T00:00:00+00:00"
    assert publish(files, tmp_path, slow, machine=amx, started=earlier) == 0
    avx2 = tmp_path / "docs" / "benchmarks" / "avx2"
    assert (avx2 / "small.svg").exists()
    page = (avx2 / "README.md").read_text()
    assert "(./small.svg)" in page and "(./results.json)" in page
    # What was not measured is on the pages.
    assert "- density 0.5: not measured on this machine" in page
    goals = (avx2 / "badge-goals.svg").read_text()
    assert ">1 of 1<" in goals
    bits = (avx2 / "badge-bits.svg").read_text()
    assert ">identical in 1 of 1 cases<" in bits
    first, second = (tmp_path / "docs" / "Benchmarks.md").read_text().split("\n## ")[1:]
    assert first.startswith("AVX2\n") and "| NumPy, OpenBLAS | 3.00" in first
    assert "![goals](benchmarks/avx2/badge-goals.svg)" in first
    assert "[All results](benchmarks/avx2/README.md)" in first
    assert second.startswith("AVX-512 and AMX\n") and "| missed |" in second


def test_goals_that_were_not_measured(files, tmp_path):
    pytest.importorskip("matplotlib")
    other = make_result("small density=0.5", peers={"numpy": 3.0})
    del other["equals_interpreter"]
    assert publish(files, tmp_path, other) == 0
    row = (
        "| A small product | density 0.1 | NumPy, OpenBLAS |  | 2 (3) | not measured |"
    )
    assert row in (tmp_path / "docs" / "Benchmarks.md").read_text()
    assert publish(files, tmp_path, goal_result(peers={"numpy": 3.0})) == 0
    assert row not in (tmp_path / "docs" / "Benchmarks.md").read_text()
    directory = tmp_path / "docs" / "benchmarks" / "avx2"
    text = ">identical in 1 of 2 cases, 1 not compared<"
    assert text in (directory / "badge-bits.svg").read_text()


def test_results_of_other_networks(files, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert publish(files, tmp_path, make_result("wide density=0.1")) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and "has a case 'wide density=0.1'" in line
    assert not (tmp_path / "docs").exists()


def test_published_results_are_merged(files, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    first = goal_result(peers={"numpy": 3.0})
    first["runners"]["numpy"]["times"] = [3.0] * 3
    second = make_result("small density=0.5", peers={"numpy": 4.0})
    assert publish(files, tmp_path, first, second) == 0
    commit = {"commit": "fedcba9876543210", "changed": True}
    anew = goal_result(peers={"numpy": 5.0})
    assert publish(files, tmp_path, anew, volley=commit) == 0
    directory = tmp_path / "docs" / "benchmarks" / "avx2"
    results = json.loads((directory / "results.json").read_text())["results"]
    medians = [r["runners"]["numpy"]["seconds"]["median"] for r in results]
    assert medians == [5.0, 4.0]
    commits = [r["origin"]["commit"][:4] for r in results]
    assert commits == ["fedc", "0123"]
    assert not any("times" in entry for r in results for entry in r["runners"].values())
    page = " ".join((directory / "README.md").read_text().split())
    assert "`0123456789ab` (1 cases, 2026-01-01)" in page
    assert "`fedcba987654+` (1 cases, 2026-01-01)" in page
    assert "with changes that are not" in page
    # Nothing of these is published.
    kept = (directory / "results.json").read_text()
    assert publish(files, tmp_path, anew, options={"quick": True}) == 1
    assert "--quick" in capsys.readouterr().err
    machine = {**make_report()["machine"], "cpu": "Another CPU"}
    assert publish(files, tmp_path, anew, machine=machine) == 1
    assert "Test CPU" in capsys.readouterr().err
    assert (directory / "results.json").read_text() == kept
    assert publish(files, tmp_path, anew, arguments=["--replace"], machine=machine) == 0
    assert len(json.loads((directory / "results.json").read_text())["results"]) == 1


def test_skipped_cases_on_pages(files, tmp_path, capsys):
    """Not measured, and no reason to lose what was measured before."""
    pytest.importorskip("matplotlib")
    skipped = skip_result("small density=0.1")
    page = make_page(skipped, make_result("small density=0.5", peers={"numpy": 2.0}))
    assert "- density 0.1: not measured: no such data: nets/small.nir" in page
    assert publish(files, tmp_path, skipped) == 1
    assert "nothing to publish" in capsys.readouterr().err
    assert not (tmp_path / "docs").exists()
    assert publish(files, tmp_path, goal_result(peers={"numpy": 3.0})) == 0
    other = make_result("small density=0.5", peers={"numpy": 4.0})
    assert publish(files, tmp_path, skipped, other) == 0
    path = tmp_path / "docs" / "benchmarks" / "avx2" / "results.json"
    results = json.loads(path.read_text())["results"]
    assert all("skipped" not in result for result in results)
    assert len(results) == 2


def test_page_says_how_many_inputs_there_were():
    result = goal_result(peers={"numpy": 3.0})
    entries = result["runners"]

    def inputs(**changes):
        page = make_page({**result, **changes})
        (line,) = [t for t in page.split("\n\n") if t.startswith("Inputs of a turn")]
        return " ".join(line.split())

    commit = "`0123456789ab`"
    one = "Inputs of a turn: one for each call"
    assert inputs() == f"{one}; of {commit} that is not known."
    more = f"{one}; of {commit} 8 in rotation where there were more calls."
    assert inputs(inputs=8) == more
    entries["volley"]["calls"], entries["numpy"]["calls"] = 8, 1
    assert inputs(inputs=8) == f"{one}."
    entries["volley"]["calls"] = 9
    text = f"{one}; of small density=0.1 ({commit}) 8 in rotation."
    assert inputs(inputs=8) == text


def test_page_says_where_results_are_from():
    origin = {"commit": "f" * 40, "changed": False, "started": "2025-01-01"}
    first = {**goal_result(), "origin": {**origin, "source": "read off a page"}}
    second = {**make_result("small density=0.5"), "origin": first["origin"]}
    page = make_page(first, second)
    assert page.count("Of `ffffffffffff`: read off a page.") == 1
    assert page.count("read off") == 1


def test_page_says_of_which_cases_cells_are():
    first, second = goal_result(), make_result("small density=0.5")
    second["point"] = {**second["point"], "density": 0.5}
    assert "Cells are logits." in make_page({**first, "cells": "logits"})
    both = make_page({**first, "cells": "logits"}, {**second, "cells": "images"})
    assert "Cells are:\n\n- density 0.1: logits\n- density 0.5: images\n" in both


def test_published_results_say_what_inputs_they_had():
    networks = load_networks()
    paths = sorted((report.REPOSITORY / "docs" / "benchmarks").glob("*/results.json"))
    assert paths
    for path in paths:
        published = report.read_published(path, networks)
        assert all("inputs" in result for result in published["results"])
        assert "not known" not in report.describe_inputs(published)


def run_report(tmp_path, results, *arguments):
    if not (tmp_path / "networks").exists():
        write_networks(tmp_path)
    where = ["--networks", tmp_path / "networks", "--page", tmp_path / "page.md"]
    return report.main([str(a) for a in (results, *where, *arguments)])


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ([*FIRST, "point", "density"], None, "point: 'density' is missing"),
        ([*FIRST, "network"], "wide", "expects network 'small'"),
        ([*FIRST, "runners", "nobody"], {"status": "missing"}, "no peer 'nobody'"),
    ],
)
def test_report_of_other_results(path, value, expected, files, tmp_path, capsys):
    data = break_result([*FIRST, "case"], "small density=0.1")
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    if value is None:
        del place[path[-1]]
    results = files(data)
    assert run_report(tmp_path, results) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {results}: case 'small density=0.1': ")
    assert expected in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", "expects an object"),
        ("{}", "'finished' is missing"),
        ("{", "not JSON"),
        ('{"finished": 5, "machine": "m", "cases": {}}', "'finished': expects a"),
        ('{"finished": "x", "machine": "m", "cases": [1]}', "'cases': expects an"),
        (
            '{"finished": "x", "machine": "m", "cases": {"a": {"time": "x"}}}',
            "'cases.a.time': expects a positive number",
        ),
    ],
)
def test_report_of_a_wrong_history(text, expected, files, tmp_path, capsys):
    history = tmp_path / "history.jsonl"
    history.write_text(f"{text}\n")
    results = files(make_report(goal_result()))
    assert run_report(tmp_path, results, "--history", history) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {history}:1: {expected}")


def test_report_below_a_file(files, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    results = files(make_report(goal_result()))
    for arguments in (["--page", results / "page.md"], ["-o", results / "plots"]):
        assert run_report(tmp_path, results, *arguments) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {results}")
