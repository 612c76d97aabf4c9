# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark suite: descriptions, statistics, the gate, the report, a small run."""

import copy
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import TOOLS

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY / "benchmarks"
sys.path.append(str(BENCHMARKS))

import gate  # noqa: E402
import report  # noqa: E402
from peers import PEERS, UnsupportedError, make_peer, snn_mlir_code  # noqa: E402
from suite import badges, machine, stats  # noqa: E402
from suite.artefact import get_sections  # noqa: E402
from suite.description import (  # noqa: E402
    DescriptionError,
    load_networks,
    parse_network,
    select_cases,
)
from suite.layers import Conv, Dense, Flatten, Neurons, SumPool  # noqa: E402
from suite.workloads import WORKLOADS, make_workload  # noqa: E402

# Descriptions

SMALL = {
    "name": "small",
    "title": "A small product",
    "workload": "product",
    "settings": {"shape": [8, 16, 32]},
    "axes": {"density": [0.1, 0.5], "threads": [1, 2]},
    "peers": ["numpy", "torch"],
    "goals": [
        {"where": {"density": 0.1}, "against": ["numpy"], "ratio": 2, "stretch": 3},
        {"where": {"threads": [1, 2]}, "against": ["numpy", "torch"], "ratio": 1.5},
    ],
}


def describe(**changes):
    data = copy.deepcopy(SMALL)
    for key, value in changes.items():
        if value is None:
            del data[key]
        else:
            data[key] = value
    return data


def parse(**changes):
    return parse_network(describe(**changes), "small.json", PEERS, WORKLOADS)


def test_cases_are_the_product_of_axes():
    cases = parse().cases()
    assert [case.name for case in cases] == [
        "small density=0.1 threads=1",
        "small density=0.1 threads=2",
        "small density=0.5 threads=1",
        "small density=0.5 threads=2",
    ]
    assert cases[1].point == {
        "batch": 1,
        "steps": 1,
        "density": 0.1,
        "threads": 2,
        "sum": "ascending",
    }
    # The first goal is about one density, the second about both numbers of threads.
    assert [len(case.goals) for case in cases] == [2, 2, 1, 1]


def test_name_leaves_out_what_is_not_varied():
    (case,) = parse(axes={"density": [0.1]}, goals=[]).cases()
    assert case.name == "small"
    assert case.point["density"] == 0.1


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": None}, "'name' is missing"),
        ({"axis": {}}, "no key 'axis'"),
        ({"name": 3}, "'name': expects str, but got int"),
        ({"heavy": 1}, "'heavy': expects bool, but got int"),
        ({"repetitions": True}, "'repetitions': expects int, but got bool"),
        ({"repetitions": 2}, "expects 3 or more"),
        ({"workload": "cnn"}, "no workload 'cnn'; there are .*mlp"),
        ({"peers": ["numpi"]}, "no 'numpi'; there are .*numpy"),
        ({"peers": ["numpy", "numpy"]}, "a name is there twice"),
        ({"memory": ["norse"]}, "'memory': there is no 'norse'"),
        ({"tolerance": 1.0}, "expects a share from 0 to 1"),
        ({"axes": {"batch": []}}, "axis 'batch': expects a list of values"),
        ({"axes": {"batch": [1, 1]}}, "axis 'batch': a value is there twice"),
        ({"axes": {"batch": [0]}}, "axis 'batch': expects a positive integer"),
        ({"axes": {"density": [1.5]}}, "expects a share from 0 to 1, but got 1.5"),
        ({"axes": {"sum": ["pairwise"]}}, "no law 'pairwise': ascending, exact"),
        ({"goals": [{"against": ["numpy"]}]}, "goal 0: 'ratio' is missing"),
        ({"goals": [{"against": ["norse"], "ratio": 2}]}, "goal 0: .*no 'norse'"),
        ({"goals": [{"against": [], "ratio": 2}]}, "expects a peer"),
        ({"goals": [{"against": ["numpy"], "ratio": 0}]}, "expects a positive number"),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "where": {"density": 0.2}}]},
            "axis 'density' has no 0.2",
        ),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "where": {"size": 1}}]},
            "no axis 'size'",
        ),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "needs": "sse"}]},
            "goal 0: 'needs': there is no 'sse'; there are avx2",
        ),
        (
            {"limits": [{"measure": "speed", "bound": 1}]},
            "limit 0: there is no measure 'speed'; there are time",
        ),
        ({"limits": [{"measure": "time"}]}, "limit 0: 'bound' is missing"),
    ],
)
def test_wrong_description(changes, message):
    with pytest.raises(DescriptionError, match=f"small.json.*{message}"):
        parse(**changes)


def test_wrong_files(tmp_path):
    with pytest.raises(DescriptionError, match="there is no description"):
        load_networks(tmp_path)
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(DescriptionError, match="a.json: "):
        load_networks(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(SMALL))
    with pytest.raises(DescriptionError, match="b.json: .*network 'small' already"):
        load_networks(tmp_path)


def test_descriptions_of_the_suite():
    """Every case has a peer that knows its kind of workload."""
    networks = load_networks(peers=PEERS, workloads=WORKLOADS)
    assert {"mlp", "nmnist", "braille", "ladder", "transformers"} <= {
        network.name for network in networks
    }
    for network in networks:
        assert network.peers or network.limits
        module, _ = WORKLOADS[network.workload].split(":")
        assert (BENCHMARKS / "suite" / "workloads" / f"{module}.py").exists()
    for entry in PEERS.values():
        for path in entry.classes.values():
            module, name = path.split(":")
            text = (BENCHMARKS / "peers" / f"{module}.py").read_text()
            assert f"class {name}(" in text


def test_example_of_the_readme():
    text = (BENCHMARKS / "README.md").read_text()
    example = text.split("```json\n")[1].split("```")[0]
    cases = parse_network(json.loads(example), "README", PEERS, WORKLOADS).cases()
    assert len(cases) == 4
    workload = make_workload(cases[-1], Path("."))
    assert workload.network().outputs == {"spikes": ((10,), "uint8")}


def test_select():
    networks = [parse(), parse(name="smaller"), parse(name="other")]

    def select(*patterns):
        return [case.name for case in select_cases(networks, list(patterns))]

    assert len(select()) == 12
    # A network's whole name means that network, a part of it all that have it.
    assert {name.split()[0] for name in select("small")} == {"small"}
    assert {name.split()[0] for name in select("smal")} == {"small", "smaller"}
    assert select("smal density=0.5 threads=2") == [
        "small density=0.5 threads=2",
        "smaller density=0.5 threads=2",
    ]
    assert select("other threads=2", "small threads=2 density=0.1") == [
        "small density=0.1 threads=2",
        "other density=0.1 threads=2",
        "other density=0.5 threads=2",
    ]
    with pytest.raises(DescriptionError, match="no case matches 'small threads=4'"):
        select("small threads=4")


# Statistics and the machine


def test_summarize():
    # Quartiles of 1 to 5 are elements.
    assert stats.summarize([5, 1, 4, 2, 3]) == {
        "median": 3,
        "q1": 2,
        "q3": 4,
        "min": 1,
        "count": 5,
    }
    assert stats.summarize([7.0])["q1"] == 7.0
    with pytest.raises(ValueError, match="at least one"):
        stats.summarize([])


def test_ratios_are_of_pairs():
    """A machine that slows down moves both: the ratio of pairs does not see it."""
    ours, theirs = [1.0, 2.0, 10.0], [3.0, 6.0, 30.0]
    assert stats.ratios(ours, theirs)["median"] == 3.0
    assert stats.ratios(ours, theirs)["q1"] == stats.ratios(ours, theirs)["q3"] == 3.0
    # Not the ratio of medians, which is 20 / 2.
    assert stats.ratios([1, 2, 10], [1, 20, 30])["median"] == 3.0
    with pytest.raises(ValueError, match="expects pairs"):
        stats.ratios([1.0], [1.0, 2.0])


def test_machine_types():
    known = machine.describe_machine()
    assert known["cores"] == os.cpu_count()
    assert known["memory_gb"] > 0
    other = {**known, "isa": ["avx2", "fma"]}
    more = {**known, "isa": ["avx2", "fma", "avx512f", "amx_int8"]}
    names = {machine.machine_type(m) for m in (other, more, {**more, "cores": 99})}
    assert len(names) == 3
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-") for name in names
    )


def test_commit():
    assert machine.describe_commit(Path("/"))["commit"] is None


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


def test_gate_bad_input(files, tmp_path, capsys):
    for data in ([], {}, {"format": 99, "results": []}, {"format": 1}):
        assert run_gate(files(data)) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert "results.json" in line
    assert run_gate(tmp_path / "absent.json") == 2
    good = files(make_report(make_result()))
    assert run_gate(good, "--baseline", files({"format": 1}, "wrong.json")) == 2
    assert "wrong.json: 'cases' is missing" in capsys.readouterr().err
    for limit in ("speed=0.1", "time=-1", "time=fast", "time"):
        with pytest.raises(SystemExit):
            run_gate(files(make_report()), "--limit", limit)


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
        ((_, _, peer, ratio, verdict),) = report.collect_goals(
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
    one = make_result("small density=0.1 threads=1", time=2.0, weight_bytes=20e6)
    two = make_result("small density=0.1 threads=2", time=1.1, weight_bytes=5e6)
    two["point"] = {**one["point"], "threads": 2}
    two["saved_startup_seconds"] = {"median": 0.009}
    rows = report.collect_limits([one, two], [network])
    assert [(limit.measure, verdict) for _, limit, _, verdict in rows] == [
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
    rows = report.collect_limits([one, two], [network])
    assert rows[6][3] == rows[4][3] == "stretch"
    page = report.write_page(make_report(one, two), [network], "images")
    assert "| threads against one | 2 x | at least 1.7 (1.9) x | stretch |" in page
    assert "| peak memory less weights | 95 MB | at most 90 MB | missed |" in page


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
        "0.95",
        "12",
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


def test_plots(files, tmp_path):
    pytest.importorskip("matplotlib")
    networks = tmp_path / "networks"
    networks.mkdir()
    description = describe(axes={"density": [0.1, 0.5]}, goals=SMALL["goals"][:1])
    (networks / "small.json").write_text(json.dumps(description))
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
    # Into docs: a page of this level, and that of all levels.
    docs = tmp_path / "published"
    publish = [path, "--docs", docs, "--networks", networks]
    assert report.main([str(argument) for argument in publish]) == 0
    avx2, amx = docs / "benchmarks" / "avx2", docs / "benchmarks" / "amx"
    assert (avx2 / "small.svg").exists()
    assert "(./small.svg)" in (avx2 / "README.md").read_text()
    summary = json.loads((avx2 / "summary.json").read_text())
    amx.mkdir()
    summary["goals"][0][-1] = "missed"
    summary["started"] = "2025-01-01T00:00:00+00:00"
    (amx / "summary.json").write_text(json.dumps(summary))
    assert report.main([str(argument) for argument in publish]) == 0
    first, second = (docs / "Benchmarks.md").read_text().split("\n## ")[1:]
    assert first.startswith("AVX2\n") and "| NumPy, OpenBLAS | 3.00" in first
    assert "![goals](benchmarks/avx2/badge-goals.svg)" in first
    assert "[All results](benchmarks/avx2/README.md)" in first
    assert second.startswith("AVX-512 and AMX\n") and "| missed |" in second
    elsewhere = [*arguments, "--images", tmp_path / "images"]
    assert report.main([str(argument) for argument in elsewhere]) == 0
    assert "(../images/small.svg)" in page.read_text()
    history.write_text("{}\n")
    assert report.main([str(argument) for argument in arguments]) == 1
    nowhere = [path, "--page", page, "--networks", tmp_path / "nothing"]
    assert report.main([str(argument) for argument in nowhere]) == 1


# Workloads and a run


def test_peers_get_the_same_network():
    """The chain of layers that peers build computes what Volley does."""
    import volley

    data = {**SMALL, "workload": "mlp", "axes": {"batch": [3], "steps": [12]}}
    data["axes"]["density"] = [0.3]
    data["settings"] = {"sizes": [40, 24, 6], "gains": [3.0, 3.0]}
    (case,) = parse_network({**data, "goals": []}, "mlp.json").cases()
    workload = make_workload(case, Path("."))
    x = workload.make_input(np.random.default_rng(0))
    signal = x.astype(np.float64)
    for layer in workload.layers():
        if hasattr(layer, "weight"):
            signal = signal @ layer.weight.T.astype(np.float64)
            continue
        v, spikes = np.zeros(signal.shape[1:]), []
        for drive in signal:
            v = layer.decay * v + drive
            spikes.append(v > layer.threshold)
            v = np.where(spikes[-1], 0.0, v)
        signal = np.stack(spikes).astype(np.float64)
    y = volley.compile(workload.network())(x)
    assert 0.02 < y.mean() < 0.5
    assert (y == signal).all()


# Peers


class Layers:
    """A workload of given layers, on random spikes."""

    kind, threads = "layers", 1

    def __init__(self, layers, shape, steps=20, batch=3):
        self.chain, self.shape = layers, (steps, batch, *shape)
        self.steps, self.batch = steps, batch

    def layers(self):
        return self.chain

    def make_input(self, rng):
        return (rng.random(self.shape) < 0.4).view(np.uint8)


# Never met: libraries differ in what happens there.
THRESHOLD = 1.01


def make_weights(*shape, seed=0, low=-16):
    """Multiples of 1/32: sums are exact in any order."""
    rng = np.random.default_rng(seed)
    return (rng.integers(low, 18, shape) / 32).astype(np.float32)


def recurrent_layers():
    back = Dense(make_weights(12, 12, seed=2), make_weights(12, seed=3))
    options = {"threshold": THRESHOLD, "reset": "zero"}
    current = {"decay": 0.5, "current_decay": 0.25, **options}
    return [
        Dense(make_weights(12, 6, low=-8), make_weights(12, seed=1)),
        Neurons("lif1", (12,), recurrent=back, **current),
        Dense(make_weights(5, 12, seed=4, low=-8)),
        Neurons("lif2", (5,), **current),
    ]


def convolution_layers():
    options = {"threshold": THRESHOLD, "reset": "zero"}
    return [
        Conv(make_weights(4, 2, 3, 3), make_weights(4, seed=1), (2, 1), (1, 1)),
        Neurons("if", (4, 4, 8), decay=1.0, **options),
        SumPool((2, 2)),
        Flatten(),
        Dense(make_weights(5, 32, seed=2)),
        Neurons("lif", (5,), decay=0.5, **options),
    ]


def interpret(layers, signal):
    """(T, B, *shape), as suite.layers says it, in f64."""
    for layer in layers:
        if isinstance(layer, Dense):
            signal = signal @ layer.weight.T.astype(float)
            signal += 0 if layer.bias is None else layer.bias
        elif isinstance(layer, Conv):
            pads = [(pad, pad) for pad in layer.padding]
            signal = np.pad(signal, [(0, 0)] * 3 + pads)
            views = np.lib.stride_tricks.sliding_window_view(
                signal, layer.weight.shape[2:], (3, 4)
            )
            rows, columns = layer.stride
            views = views[:, :, :, ::rows, ::columns].astype(float)
            signal = np.einsum("tbcyxij,ocij->tboyx", views, layer.weight)
            signal += layer.bias[:, None, None]
        elif isinstance(layer, SumPool):
            *outer, height, width = signal.shape
            rows, columns = layer.kernel
            parts = (height // rows, rows, width // columns, columns)
            signal = signal.reshape(*outer, *parts).sum((-3, -1))
        elif isinstance(layer, Flatten):
            signal = signal.reshape(*signal.shape[:2], -1)
        else:
            v = current = spikes = np.zeros(signal.shape[1:])
            result = []
            for drive in signal:
                if layer.recurrent:
                    back = spikes @ layer.recurrent.weight.T.astype(float)
                    drive = drive + back + layer.recurrent.bias
                if layer.current_decay is not None:
                    current = drive = layer.current_decay * current + drive
                v = layer.decay * v + drive
                spikes = (v > layer.threshold).astype(float)
                v = np.where(spikes > 0, 0.0, v)
                result.append(spikes)
            signal = np.stack(result)
    return signal


LAYER_PEERS = [
    name
    for name, entry in PEERS.items()
    if "layers" in entry.classes and not entry.compiles
]


@pytest.mark.parametrize("name", LAYER_PEERS)
@pytest.mark.parametrize(
    "make, shape", [(recurrent_layers, (6,)), (convolution_layers, (2, 8, 8))]
)
def test_peers_compute_the_law(name, make, shape):
    workload = Layers(make(), shape)
    try:
        peer = make_peer(name, workload)
        peer.prepare()
    except (ModuleNotFoundError, UnsupportedError) as error:
        pytest.skip(str(error))
    for seed in (0, 1):  # The second run starts from zero, too.
        x = workload.make_input(np.random.default_rng(seed))
        expected = interpret(workload.layers(), x.astype(float))
        assert 0.05 < expected.mean() < 0.95
        y = peer.result(peer.run(peer.convert(x)))
        # Norse's neurons without a leak have a small one.
        assert y.shape == expected.shape
        assert np.mean(y != expected) <= (0.02 if name == "norse" else 0)


# What the package snn-mlir writes for a product and a population.
SNN_MLIR = """
module {
  memref.global "private" constant @w_0 : memref<2x3xf32> = dense<WEIGHT>
  memref.global "private" constant @b_0 : memref<2xf32> = dense<BIAS>
  func.func @snn_forward_step(
    %input : memref<3xf32>,
    %voltage_1 : memref<2xf32>,
    %output : memref<2xf32>
  ) attributes { llvm.emit_c_interface } {
    %w_0 = memref.get_global @w_0 : memref<2x3xf32>
    %b_0 = memref.get_global @b_0 : memref<2xf32>
    %synapse_0 = memref.alloca() : memref<2xf32>
    snn.linear ins(%input, %w_0) bias(%b_0 : memref<2xf32>) out(%synapse_0) : memref<3xf32>, memref<2x3xf32> -> memref<2xf32>
    snn.lif ins(%synapse_0) state(%voltage_1) out(%output) {decay_float = 5.0000000000e-01 : f64, threshold_float = 1.0000000000e+00 : f64, v_reset_float = 0.0000000000e+00 : f64} : memref<2xf32>, memref<2xf32> -> memref<2xf32>
    return
  }
}
"""  # noqa: E501


def test_code_of_snn_mlir(monkeypatch):
    """The package is not needed for what follows it."""
    monkeypatch.delenv("SNN_OPT", raising=False)
    weight, bias = make_weights(2, 3), make_weights(2, seed=1)
    text = SNN_MLIR.replace("WEIGHT", str(weight.tolist()))
    text = text.replace("BIAS", str(bias.tolist()))
    try:
        function, shape = snn_mlir_code.compile_step(text)
    except UnsupportedError as error:
        pytest.skip(str(error))
    assert shape == (2,)
    x = (np.random.default_rng(0).random((9, 4, 3)) < 0.6).astype(np.float32)
    y = np.full((9, 4, 2), np.nan, np.float32)
    function(x.ctypes.data, y.ctypes.data, 9, 4)
    population = Neurons("lif", (2,), decay=0.5, threshold=1.0, reset="zero")
    assert (y == interpret([Dense(weight, bias), population], x)).all()
    with pytest.raises(UnsupportedError, match="snn.avgpool2d needs the tool SNN_OPT"):
        snn_mlir_code.lower_ops(text.replace("snn.linear", "snn.avgpool2d"))


def test_ring_is_the_same_in_any_order():
    """Sums are exact, so that f32 and f64 have the same spikes."""
    import volley

    from suite.workloads.ring import Ring

    common = {"data": Path("."), "batch": 2, "steps": 20, "density": 0.1}
    common.update(threads=1, sum="ascending", gain=2.0, drive=1.25)
    ring = Ring(neurons=60, fan_out=0.1, **common)
    x = ring.make_input(np.random.default_rng(0))
    weights = ring.weights.astype(np.float64)
    assert (weights * 2**10 == np.round(weights * 2**10)).all()
    v = spikes = np.zeros((2, 10, 6))
    expected = []
    for own in x.reshape(20, 2, 10, 6):
        arriving = np.einsum("pij,bpj->bpi", weights, np.roll(spikes, 1, 1))
        v = ring.decay * v + arriving + own * ring.drive
        spikes = (v > ring.threshold).astype(float)
        v = np.where(spikes > 0, 0.0, v)
        expected.append(spikes.reshape(2, 60))
    y = volley.compile(ring.network())(x)
    assert (y == np.stack(expected)).all()
    # Spikes that the input alone would not make.
    assert y.sum() > x.sum()
    with pytest.raises(ValueError, match="61 neurons are not 10 populations"):
        Ring(neurons=61, fan_out=0.1, **common)


@pytest.fixture
def run_suite(tmp_path):
    """run_suite(description, ...) runs it, and gives the process and the results."""

    def run(data, *arguments):
        networks, output = tmp_path / "networks", tmp_path / "out"
        networks.mkdir(exist_ok=True)
        (networks / "small.json").write_text(json.dumps(data))
        command = [sys.executable, BENCHMARKS / "run.py", "--networks", networks]
        done = subprocess.run(
            [*command, "-o", output, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        path = output / "results.json"
        return done, json.loads(path.read_text()) if path.exists() else None

    return run


def test_run(run_suite, tmp_path):
    data = describe(axes={"density": [0.5]}, peers=["numpy"], goals=[])
    done, results = run_suite(data, "--repetitions", "4")
    assert done.returncode == 0, done.stderr
    (result,) = results["results"]
    assert result["equals_interpreter"] is True
    ours, theirs = result["runners"]["volley"], result["runners"]["numpy"]
    assert ours["status"] == theirs["status"] == "ok"
    assert len(ours["times"]) == theirs["seconds"]["count"] == 4
    pairs = [b / a for a, b in zip(ours["times"], theirs["times"])]
    assert theirs["ratio"]["median"] == pytest.approx(np.median(pairs))
    assert theirs["cells"] >= 8 * 32
    assert 0 < ours["code_bytes"] < ours["artefact_bytes"]
    with open(tmp_path / "out" / "results.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["runner"] for row in rows] == ["volley", "numpy"]
    assert all(None not in row for row in rows)
    for row in rows:
        assert results["machine"]["cpu"] in row["machine"]
        assert "OMP_NUM_THREADS=1" in row["flags"].split()
        assert f"numpy={np.__version__}" in row["versions"].split()
        assert row["commit"] == (results["volley"]["commit"] or "")
    assert rows[0]["mean_rate"] == str(result.get("mean_rate", ""))
    median = float(rows[1]["median_ms"]) / 1e3
    assert median == pytest.approx(theirs["seconds"]["median"], rel=1e-4)
    # What is there is not measured again.
    done, again = run_suite(data, "--repetitions", "4", "--resume")
    assert again["results"] == results["results"]
    # What was measured otherwise is not mixed with it.
    done, _ = run_suite(data, "--repetitions", "5", "--resume")
    assert done.returncode != 0
    assert "results.json has another options" in done.stderr


def test_run_reports_other_results(run_suite, tmp_path, monkeypatch):
    """A peer that computes something else is not timed, and the run fails."""
    data = describe(axes={"density": [0.5]}, peers=["numpy"], goals=[])
    data["settings"] = {"shape": [64, 512, 64]}
    data["tolerance"] = 0.0
    sitecustomize = "import numpy\nf = numpy.matmul\n"
    sitecustomize += "numpy.matmul = lambda a, b, out: f(a, b * 1.01, out=out)\n"
    directory = tmp_path / "site"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(sitecustomize)
    path = os.pathsep.join([str(directory), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    done, results = run_suite(data, "--quick")
    entry = results["results"][0]["runners"]["numpy"]
    assert entry["status"] == "differs"
    assert "times" not in entry
    assert done.returncode == 1
    assert "failed: small: numpy" in done.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nothing"], "no case matches 'nothing'; networks: small"),
        (["--peers", "nobody"], "there is no peer 'nobody'"),
        (["--repetitions", "2"], "expects at least 3"),
        (["--threads", "7"], "no case is left"),
    ],
)
def test_run_bad_arguments(run_suite, arguments, message):
    done, results = run_suite(describe(), *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert results is None


def test_nightly_bad_arguments():
    for arguments in (["--network", "3"], ["--networks"], ["--networks", "many"]):
        done = subprocess.run(
            [REPOSITORY / "utils" / "nightly", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 2
        assert "expects no arguments, or --networks N" in done.stderr
        assert not done.stdout


@pytest.mark.skipif(
    not (TOOLS / "volley-bench-compile").exists(), reason="benchmarks are not built"
)
def test_compile_time_by_parts():
    """Every phase and its passes are measured, and together are no longer than all."""
    command = [TOOLS / "volley-bench-compile", "--benchmark_filter=/recurrent"]
    options = ["--benchmark_repetitions=1", "--benchmark_format=json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=100, check=True
    )
    times = {}
    for entry in json.loads(done.stdout)["benchmarks"]:
        name = entry["run_name"].split("/iterations")[0]
        times.setdefault(name, entry["real_time"])
    phases = subprocess.run(
        [TOOLS / "snn-compile", "--phases"], capture_output=True, text=True, check=True
    )
    names = [line.split(":")[0] for line in phases.stdout.splitlines()]
    assert {f"phase/recurrent/{name}" for name in names} <= set(times)
    assert "pass/recurrent/cpu-select-kernels" in times
    assert 0 < times["pass/recurrent/cpu-select-kernels"] < times["compile/recurrent"]


def test_sections(tmp_path):
    import volley

    from suite.workloads.product import Product

    common = {"data": Path("."), "batch": 1, "steps": 1, "density": 0.5}
    product = Product([4, 100, 200], threads=1, sum="ascending", **common)
    path = tmp_path / "product.so"
    volley.compile(product.network()).save(path)
    sections = get_sections(path)
    assert sections[".volley.weights"] >= 4 * 100 * 200
    assert 0 < sections[".text"] < path.stat().st_size
