# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The pages, plots and badges of the benchmark suite's results."""

import json

import pytest
from smallsuite import (
    FIRST,
    SMALL,
    break_result,
    describe,
    make_report,
    make_result,
    parse,
    skip_result,
)

import gate
import report
from suite import badges, history, stats, verdicts
from suite.description import load_networks


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
        ((*_, peer, ratio, verdict),) = verdicts.collect_goals(
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
    assert verdicts.collect_goals(data, networks) == []
    left_out = "Goals of machines with amx_int8 are left out."
    assert report.write_other_goals(data, networks) == left_out
    data["machine"]["isa"].append("amx_int8")
    assert len(verdicts.collect_goals(data, networks)) == 1
    assert report.write_other_goals(data, networks) == ""


def test_the_fastest_peer_decides():
    goal = parse(axes={"threads": [1, 2]}, goals=SMALL["goals"][1:]).goals[0]
    result = make_result(peers={"numpy": 4.0, "torch": 3.0})
    assert verdicts.measure_goal(goal, result) == ("torch", 3.0)
    result["runners"]["torch"]["status"] = "differs"
    assert verdicts.measure_goal(goal, result) == ("numpy", 4.0)


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
    rows = verdicts.collect_limits(data, [network])
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
    medians = [values and values["median"] for *_, values, _ in rows]
    assert medians[:3] == [2e6, 80.0, None]
    assert medians[6:] == [pytest.approx(2.0 / 1.1), None, 9.0]
    # Twice as fast is more than the stretch.
    two["runners"]["volley"]["seconds"]["median"] = 1.0
    rows = verdicts.collect_limits(data, [network])
    assert rows[6][-1] == rows[4][-1] == "stretch"
    page = report.write_page(make_report(one, two), [network], "images")
    assert "| threads against one | 2 x | at least 1.7 (1.9) x | stretch |" in page
    text = "| peak memory less the model's file | 95 MB | at most 90 MB | missed |"
    assert text in page
    # What was measured in the same turns says more.
    two["speedup"] = {"median": 1.75}
    rows = verdicts.collect_limits(data, [network])
    assert rows[6][-2:] == ({"median": 1.75}, "reached")
    two["speedup"] = {"q1": 1.5, "median": 1.75, "q3": 1.8}
    page = report.write_page(make_report(one, two), [network], "images")
    assert "| threads against one | 1.75 (1.5 to 1.8) x |" in page


def test_limits_of_other_machines():
    limits = [
        {"measure": "c_call", "bound": 1, "stretch": 0.3},
        {"measure": "time", "bound": 1, "needs": "amx_int8"},
    ]
    network = parse(axes={"density": [0.1, 0.5]}, goals=[], limits=limits)
    result = {**goal_result(), "c_call_seconds": stats.summarize([5e-7])}
    data = make_report(result)
    ((*_, values, verdict),) = verdicts.collect_limits(data, [network])
    assert (values["median"], verdict) == (0.5, "reached")
    data["machine"]["isa"].append("amx_int8")
    assert len(verdicts.collect_limits(data, [network])) == 2


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
    lines = tmp_path / "history.jsonl"
    for time in (1.0, 1.1):
        data = make_report(goal_result(time=time))
        data["finished"] = f"2026-01-01T00:00:0{time}"
        levels = gate.list_levels({"time": 0.1}, 2.0)
        history.append(lines, data, gate.extract(data), [], levels)
    # Of another machine, or with other options, it is no part of a trend.
    data["options"]["without"] = ["cse"]
    history.append(lines, data, {"strange": {"time": 1.0}}, [], levels)
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    arguments = [path, "--page", page, "--networks", networks, "--history", lines]
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
    assert "strange" not in trend
    for image in ("badge-goals.svg", "badge-bits.svg", "small.svg"):
        assert f"(benchmarks/{image})" in page.read_text()
    elsewhere = [*arguments, "--images", tmp_path / "images"]
    assert report.main([str(argument) for argument in elsewhere]) == 0
    assert "(../images/small.svg)" in page.read_text()
    lines.write_text("{}\n")
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


def test_new_goals_are_on_the_pages_of_other_levels(files, tmp_path):
    pytest.importorskip("matplotlib")
    result = goal_result(peers={"numpy": 3.0})
    assert publish(files, tmp_path, result) == 0
    goal = {"where": {"density": 0.5}, "against": ["numpy"], "ratio": 2}
    description = json.loads((tmp_path / "networks" / "small.json").read_text())
    description["goals"].append(goal)
    (tmp_path / "networks" / "small.json").write_text(json.dumps(description))
    machine = {**make_report()["machine"], "isa": ["avx2", "avx512f"]}
    assert publish(files, tmp_path, result, machine=machine) == 0
    avx2 = tmp_path / "docs" / "benchmarks" / "avx2"
    assert ">1 of 2, 1 not measured<" in (avx2 / "badge-goals.svg").read_text()
    assert (
        "| density 0.5 | NumPy, OpenBLAS |  | 2 |" in (avx2 / "README.md").read_text()
    )


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
    for option, value, text in [
        ("quick", True, "--quick"),
        ("without", ["cse"], "--without cse"),
        ("inputs", 1, "--inputs 1"),
        ("peers", [], "--peers"),
        ("peers", ["numpy"], "--peers numpy"),
    ]:
        options = {"quick": False, option: value}
        assert publish(files, tmp_path, anew, options=options) == 1
        expected = f"results of {text} are not published: --page"
        assert expected in capsys.readouterr().err
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
