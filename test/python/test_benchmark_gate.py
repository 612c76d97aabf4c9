# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark suite's gate, and results and baselines that are none."""

import json
import math
import re
import resource
import signal
from pathlib import Path

import pytest
from smallsuite import (
    FIRST,
    NULL,
    NUMPY,
    VOLLEY,
    break_result,
    make_report,
    make_result,
    skip_result,
)

import gate
import report
from suite import machine
from suite.files import FileError, write_atomically


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


def later(data):
    return {**data, "finished": "2026-01-02T00:00:00+00:00"}


def run_gate(*arguments):
    return gate.main([str(argument) for argument in arguments])


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
    slow = later(make_report(make_result(time=1.15), make_result("new")))
    slow = files(slow, "slow.json")
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


def with_options(data, **options):
    return {**data, "options": {**data["options"], **options}}


def test_gate_of_other_kinds_of_results(files, tmp_path, capsys):
    """They are compared with a notice, and the baseline stays as it is."""
    baseline = tmp_path / "base.json"
    where = ["--baseline", baseline]
    data = make_report(make_result())
    assert run_gate(files(data), *where, "--update") == 0
    kept = baseline.read_text()
    machine = {**data["machine"], "cpu": "Another CPU"}
    for other, text in [
        ({**data, "machine": machine}, "of test-cpu-.*, the results of another-cpu-"),
        (with_options(data, quick=True), "of no option, the results of --quick"),
        (with_options(data, without=["cse"], inputs=2), "of --without cse --inputs 2"),
        (with_options(data, peers=[]), "of --peers"),
        (with_options(data, peers=["numpy", "torch"]), "of --peers numpy torch"),
    ]:
        results = files(other)
        capsys.readouterr()
        assert run_gate(results, *where) == 0
        assert re.search(f"^notice: baseline: .*{text}", capsys.readouterr().out)
        assert run_gate(results, *where, "--update") == 2
        error = capsys.readouterr().err
        assert re.search(f"{baseline} is .*{text}.*: nothing is updated", error)
        assert baseline.read_text() == kept
    only = [*where, "--update", "--only", "instructions"]
    assert run_gate(files(with_options(data, without=["cse"])), *only) == 2
    assert run_gate(files(with_options(data, quick=True, peers=[])), *only) == 0
    assert run_gate(files(data), *where) == 0
    assert "notice" not in capsys.readouterr().out
    # One of its own has these options.
    quick = files(with_options(data, quick=True))
    own = ["--baseline", tmp_path / "quick.json"]
    assert run_gate(quick, *own, "--update") == 0
    assert run_gate(quick, *own, "--update") == 0
    assert run_gate(quick, *own) == 0
    assert "notice" not in capsys.readouterr().out


def test_history(files, tmp_path, capsys):
    baseline, history = tmp_path / "base.json", tmp_path / "history.jsonl"
    results = files(make_report(make_result()))
    assert run_gate(results, "--baseline", baseline, "--update") == 0
    where = ["--baseline", baseline, "--history", history]
    assert run_gate(results, *where) == 0
    # The same run again, with another limit.
    assert run_gate(results, *where, "--limit", "time=0.2", "--critical", "3") == 0
    (line,) = map(json.loads, history.read_text().splitlines())
    assert line["levels"]["time"] == pytest.approx({"warning": 0.2, "critical": 0.6})
    again = files(later(make_report(make_result())))
    assert run_gate(again, *where) == 0
    assert len(history.read_text().splitlines()) == 2
    # What a process that was killed left behind.
    text = history.read_text()
    history.write_text(text + text[:100])
    capsys.readouterr()
    assert run_gate(again, *where) == 0
    assert f"notice: {history}:3: cut short: left out" in capsys.readouterr().err
    assert history.read_text() == text
    for wrong in ("notes\n", text[:100] + "\n" + text, text[:100]):
        history.write_text(wrong)
        assert run_gate(results, *where) == 2
        assert f"error: {history}:1: not JSON" in capsys.readouterr().err
        assert history.read_text() == wrong


def test_files_that_are_none(files, tmp_path, capsys):
    results = files(make_report(make_result()))
    baseline = tmp_path / "base.json"
    assert run_gate(results, "--baseline", baseline, "--update") == 0
    capsys.readouterr()
    # A device that never ends.
    for wrong in ("/dev/zero", tmp_path):
        assert run_gate(results, "--baseline", baseline, "--history", wrong) == 2
        assert capsys.readouterr().err == f"error: {wrong}: is no regular file\n"


def test_write_atomically(tmp_path):
    with pytest.raises(FileError, match="/dev/full: is no regular file"):
        write_atomically(Path("/dev/full"), "text")
    assert not Path("/dev/full").is_file()
    path = tmp_path / "a.json"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(FileError, match="a.json: cannot be written: File too"):
            write_atomically(path, "x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_gate_of_a_machine_of_its_own(files, tmp_path, capsys):
    own, history = tmp_path / "own", tmp_path / "history.jsonl"
    where = ["--own", own, "--history", history]
    assert run_gate(files(make_report(make_result())), *where) == 0
    (baseline,) = own.iterdir()
    assert f"wrote {baseline}" in capsys.readouterr().out
    slow = files(later(make_report(make_result(time=1.3))))
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
    # One that a later run did not measure says nothing beside its peers.
    assert run_gate(files(make_report(make_result(peers={"numpy": 4.0}))), *where) == 0
    case = json.loads(baseline.read_text())["cases"]["small"]
    assert "startup" not in case and "startup" not in case["commits"]


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
        data = {**good, "options": [], **data}
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
