# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plots, badges and a page from the results of the suite.

    python benchmarks/report.py benchmark-results/results.json
    python benchmarks/report.py results.json -o out --page out/page.md
    python benchmarks/report.py results.json --history history.jsonl   # trends, too

Publishes in docs/benchmarks/LEVEL, LEVEL the best instruction sets of the machine: its
results.json, in which cases that were measured anew replace what was there of them, a
page with plots and badges of all, and docs/Benchmarks.md with the goals of all levels.
With --page that page alone, of these results alone, which may be of --quick, --without,
--inputs or --peers then. PNG and PDF of the plots go beside the results. Needs
matplotlib.
"""

import argparse
import json
import os
import sys
import textwrap
from collections import Counter
from pathlib import Path

from peers import PEERS, name_of
from suite import badges, figures, history
from suite.description import MEASURES, DescriptionError, load_networks
from suite.files import FileError, read_results, write_atomically
from suite.machine import LEVELS, machine_level, machine_type
from suite.options import list_options
from suite.stats import summarize
from suite.verdicts import collect_goals, collect_limits, collect_verdicts, timed

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
# What other work on the machine does to times: from this load per processor on, the
# page says so in its first lines.
BUSY = 0.7
WRITTEN = (
    "<!-- Written by benchmarks/report.py: change the suite or that, not this. -->"
)
RESULTS = "results.json"
STARTUPS = ("startup_seconds", "saved_startup_seconds", "python_startup_seconds")


# -- What the results say ----------------------------------------------------


def format_time(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}".replace("us", "µs")
    return f"{seconds * 1e9:.3g} ns"


def format_ratio(ratio):
    return f"{ratio:.0f}" if ratio >= 99.95 else f"{ratio:#.3g}"


def format_quartiles(ratio):
    low, high = format_ratio(ratio["q1"]), format_ratio(ratio["q3"])
    return f"{format_ratio(ratio['median'])} ({low} to {high})"


def format_figures(figures):
    """A median, and quartiles where there are some."""
    median = f"{figures['median']:.3g}"
    if "q1" not in figures:
        return median
    return f"{median} ({figures['q1']:.3g} to {figures['q3']:.3g})"


def format_megabytes(size):
    return "" if size is None else f"{size / 1e6:.0f} MB"


def fill(text):
    return textwrap.fill(
        " ".join(text.split()), 88, break_long_words=False, break_on_hyphens=False
    )


def check_cases(report, networks, path):
    """Raises FileError if results are not of the descriptions' cases and peers."""
    known = {case.name: case for network in networks for case in network.cases()}
    for result in report["results"]:
        name = result["case"]
        if name not in known:
            raise FileError(
                f"{path}: no description has a case {name!r}; --networks names the "
                "directory that was measured"
            )
        network = known[name].network
        if result["network"] != network.name:
            raise FileError(f"{path}: case {name!r}: expects network {network.name!r}")
        for axis in network.axes:
            if axis not in result["point"]:
                raise FileError(f"{path}: case {name!r}: point: {axis!r} is missing")
        for runner in result.get("runners", {}):
            if runner != "volley" and runner not in PEERS:
                raise FileError(f"{path}: case {name!r}: there is no peer {runner!r}")


def sort_results(results, networks):
    """In the order of the descriptions, whatever order they were measured in."""
    order = [case.name for network in networks for case in network.cases()]
    known = [result for result in results if result["case"] in order]
    return sorted(known, key=lambda result: order.index(result["case"]))


# -- What is published -------------------------------------------------------


def describe_origin(report):
    """Of what and when a result is, which is kept with it in what is published."""
    return {
        "commit": report["volley"]["commit"],
        "changed": report["volley"]["changed"],
        "started": report["started"],
        "versions": report["versions"],
    }


def merge_results(published, report):
    """Results for publication: those of `report`, and of cases that it lacks those of
    `published`, or None.

    Raises:
        FileError: they are not of one type of machine, or of a run that left out what
            the suite has.
    """
    if options := list_options(report):
        raise FileError(
            f"results of {' '.join(options)} are not published: --page PAGE shows them"
        )
    if published and machine_type(published["machine"]) != machine_type(
        report["machine"]
    ):
        raise FileError(
            f"results of another machine are published ({published['machine']['cpu']}):"
            " --replace leaves them out"
        )
    kept = {result["case"]: result for result in (published or {}).get("results", [])}
    for result in report["results"]:
        if "skipped" in result:
            continue
        runners = {
            name: {key: value for key, value in entry.items() if key != "times"}
            for name, entry in result.get("runners", {}).items()
        }
        more = {"runners": runners} if runners else {}
        kept[result["case"]] = {
            "origin": describe_origin(report),
            **result,
            **more,
        }
    if not kept:
        raise FileError("every case was skipped: there is nothing to publish")
    return {**report, "results": list(kept.values())}


def list_origins(report):
    """(commit as it is shown, day, cases) for each commit that results are of."""
    counts = Counter(describe_result_origin(report, r) for r in report["results"])
    return sorted(((*key, count) for key, count in counts.items()), key=lambda o: o[1])


def describe_origins(origins):
    return ", ".join(
        f"`{commit}` ({count} cases, {day})" for commit, day, count in origins
    )


def describe_result_origin(report, result):
    origin = result.get("origin") or describe_origin(report)
    commit = (origin["commit"] or "unknown")[:12] + ("+" if origin["changed"] else "")
    return commit, origin["started"][:10]


def has_fresh_inputs(result):
    """Whether each call had an input of its own; None if that is not known."""
    inputs = result.get("inputs")
    entries = result.get("runners", {}).values()
    if inputs is None or not all("calls" in e for e in entries if "seconds" in e):
        return None
    return all(entry.get("calls", 0) <= inputs for entry in entries)


def describe_inputs(report):
    """How many inputs a turn had, and in which results calls shared them."""
    known, unknown, absent = {}, {}, {}
    for result in report["results"]:
        entries = result.get("runners", {}).values()
        fresh = has_fresh_inputs(result)
        if fresh or not any("seconds" in entry for entry in entries):
            continue
        commit = f"`{describe_result_origin(report, result)[0]}`"
        inputs = result.get("inputs")
        if inputs is None:
            absent[commit] = None
        elif fresh is None:
            unknown.setdefault(inputs, {})[commit] = None
        else:
            where = known.setdefault((inputs, commit), [])
            where.append(result["case"])
    texts = [
        f"of {', '.join(cases)} ({commit}) {inputs} in rotation"
        for (inputs, commit), cases in known.items()
    ]
    texts += [
        f"of {' and '.join(commits)} {inputs} in rotation where there were more calls"
        for inputs, commits in unknown.items()
    ]
    if absent:
        texts.append(f"of {' and '.join(absent)} that is not known")
    return "; ".join(["Inputs of a turn: one for each call", *texts]) + "."


def describe_notes(report):
    """What is to be known of results, each note once with the commits that it is of."""
    notes = {}
    for result in report["results"]:
        commit = f"`{describe_result_origin(report, result)[0]}`"
        for key in ("source", "note"):
            if key in result.get("origin", {}):
                notes.setdefault(result["origin"][key], {})[commit] = None
    return " ".join(
        f"Of {' and '.join(commits)}: {note}." for note, commits in notes.items()
    )


def loads(report):
    """The load during each case: other work and the measurement itself."""
    values = [
        value
        for result in report["results"]
        for value in result.get("load", report["load"]).values()
    ]
    return summarize(values)


# -- The page ----------------------------------------------------------------


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def format_machine(machine):
    known = {
        "cpu": "{}",
        "family_model": "family/model {}",
        "cores": "{} cores",
        "memory_gb": "{} GB",
        "system": "{}",
    }
    facts = [
        text.format(machine[key]) for key, text in known.items() if machine.get(key)
    ]
    sets = f"; {', '.join(machine['isa'])}" if machine["isa"] else ""
    return f"{', '.join(facts)}{sets}."


def write_conditions(report):
    machine, load = report["machine"], loads(report)
    origins = list_origins(report)
    commits = describe_origins(origins) if len(origins) > 1 else f"`{origins[0][0]}`"
    if any(commit.endswith("+") for commit, *_ in origins):
        commits += " (+: with changes that are not committed)"
    options = list_options(report)
    counts = [
        entry["seconds"]["count"]
        for result in report["results"]
        for entry in result.get("runners", {}).values()
        if "seconds" in entry
    ]
    turns = (
        " to ".join(map(str, sorted({min(counts), max(counts)}))) if counts else "no"
    )
    versions = ", ".join(
        f"{name} {version}"
        for name, version in report["versions"].items()
        if name not in ("volley", "nir", "h5py", "onnx")
    )
    paragraphs = [
        format_machine(machine),
        f"Volley {report['versions']['volley']}, commit {commits}; {versions}. Last "
        f"measured {report['started'][:10]}; {turns} turns"
        + (f", by `{' '.join(options)}`" if options else "")
        + ".",
        describe_inputs(report),
        describe_notes(report),
    ]
    text = (
        f"Load of the machine during the cases: median {load['median']:.1f}, quartiles "
        f"{load['q1']:.1f} and {load['q3']:.1f}, of which a measurement itself is at "
        "least 1."
    )
    if is_busy(load, machine):
        text += (
            f" **Other work ran on the {machine['cores']} cores at the same time**: "
            "absolute times are too long, and ratios less certain than their quartiles "
            "say. They are of turns that both runners spent under the same load."
        )
    return "\n\n".join(map(fill, filter(None, [*paragraphs, text])))


def is_busy(load, machine):
    """Whether there was other work besides a measurement."""
    return load["median"] > 1 + BUSY * machine["cores"]


def describe_goals(rows):
    """A line of write_verdicts for each of collect_goals."""
    lines = []
    for case, result, goal, peer, _, verdict in rows:
        stretch = f" ({goal.stretch:g})" if goal.stretch is not None else ""
        if peer is None:
            who, shown = " / ".join(map(name_of, goal.against)), ""
        else:
            who = name_of(peer)
            absent = [n for n in goal.against if n not in timed(result)]
            if absent:
                who += f" (without {', '.join(map(name_of, absent))})"
            shown = format_quartiles(result["runners"][peer]["ratio"])
        lines.append(
            [
                case.network.title,
                case.network.describe_point(case.point),
                who,
                shown,
                f"{goal.ratio:g}{stretch}",
                verdict,
            ]
        )
    return lines


def write_other_goals(report, networks):
    """What goals are of machines with other instruction sets."""
    isa = report["machine"]["isa"]
    needs = {
        bound.needs
        for network in networks
        for bound in (*network.goals, *network.limits)
    }
    missing = sorted(needs - {None, *isa})
    return (
        fill(f"Goals of machines with {' and '.join(missing)} are left out.")
        if missing
        else ""
    )


def describe_limits(rows):
    """A line of write_verdicts for each of collect_limits."""
    lines = []
    for case, _, limit, values, verdict in rows:
        measure = MEASURES[limit.measure]
        word = "at least" if limit.is_least else "at most"
        stretch = f" ({limit.stretch:g})" if limit.stretch is not None else ""
        lines.append(
            [
                case.network.title,
                case.network.describe_point(case.point),
                measure.title,
                "" if values is None else f"{format_figures(values)} {measure.unit}",
                f"{word} {limit.bound:g}{stretch} {measure.unit}",
                verdict,
            ]
        )
    return lines


def summarize_verdicts(report, networks):
    """What write_verdicts writes."""
    return {
        "goals": describe_goals(collect_goals(report, networks)),
        "left_out": write_other_goals(report, networks),
        "limits": describe_limits(collect_limits(report, networks)),
    }


def write_verdicts(summary):
    """Goals and limits, in a table each; the paragraphs of a page."""
    parts = []
    if summary["goals"]:
        header = ["network", "case", "fastest peer", "ratio", "goal (stretch)", ""]
        text = "Against the fastest peer that a goal names: median ratio, quartiles."
        parts += [text, table(header, summary["goals"]), summary["left_out"]]
    if summary["limits"]:
        header = ["network", "case", "measure", "measured", "goal (stretch)", ""]
        text = "Of Volley alone: median, and quartiles where there are several figures."
        parts += [text, table(header, summary["limits"])]
    return parts


def write_times(results, network):
    """A row per case and runner."""
    rows = []
    for result in results:
        case = network.describe_point(result["point"])
        volley = result.get("runners", {}).get("volley", {})
        if volley.get("status") != "ok":
            continue
        for name, entry in {"volley": volley, **timed(result)}.items():
            seconds = entry["seconds"]
            quartiles = f"{format_time(seconds['q1'])} to {format_time(seconds['q3'])}"
            ratio = differing = ""
            peak = format_megabytes(entry.get("memory", {}).get("peak_bytes"))
            if name != "volley":
                ratio = format_quartiles(entry["ratio"])
                differing = f"{entry['differing']:,} of {entry['cells']:,}"
            first = format_time(entry["prepare_seconds"] + entry["first_call_seconds"])
            rows.append(
                [
                    case if name == "volley" else "",
                    name_of(name),
                    f"{format_time(seconds['median'])} ({quartiles})",
                    ratio,
                    differing,
                    first,
                    peak,
                ]
            )
    header = ["case", "", "median (quartiles)", "ratio (quartiles)"]
    header += ["cells that differ", "to the first result", "peak memory"]
    return drop_empty(header, rows)


def write_cells(results, network):
    """What cells are, and of which cases if not of all."""
    texts = {}
    for result in results:
        if "cells" in result:
            case = network.describe_point(result["point"])
            texts.setdefault(result["cells"], []).append(case)
    if len(texts) < 2:
        return fill(f"Cells are {''.join(texts)}.") if texts else ""
    lines = [f"- {'; '.join(cases)}: {text}" for text, cases in texts.items()]
    return "Cells are:\n\n" + "\n".join(lines)


def write_facts(report, results, network):
    """A row per case, of Volley alone, the load that all were measured under, and the
    commit where results are of several."""
    rows, origins = [], list_origins(report)
    for result in results:
        volley = result.get("runners", {}).get("volley", {})
        if volley.get("status") != "ok":
            continue
        step, memory = result.get("step_seconds"), volley.get("memory", {})
        equal = result.get("equals_interpreter")
        rows.append(
            [
                network.describe_point(result["point"]),
                f"{volley['code_bytes'] / 1e3:.0f} KB",
                f"{result['mean_rate']:.1%}" if "mean_rate" in result else "",
                f"{result['spikes_per_second']:.3g}"
                if "spikes_per_second" in result
                else "",
                f"{format_time(step['mean'])} ± {format_time(step['deviation'])}"
                if step
                else "",
                f"{memory['mean_bytes'] / 1e6:.0f} MB"
                if "mean_bytes" in memory
                else "",
                " / ".join(
                    f"{result[name]['median'] * 1e3:.0f} ms"
                    for name in STARTUPS
                    if name in result
                ),
                f"{volley['instructions']:,.0f}" if "instructions" in volley else "",
                "" if equal is None else "equal" if equal else "**different**",
                f"{sum(result['load'].values()) / 2:.1f}" if "load" in result else "",
                f"`{describe_result_origin(report, result)[0]}`"
                if len(origins) > 1
                else "",
            ]
        )
    header = ["case", "code", "mean rate", "spikes per second", "a step by itself"]
    header += ["mean memory", "start: IR / artefact / Python", "instructions (AVX2)"]
    header += ["bits of the interpreter", "load", "commit"]
    return drop_empty(header, rows)


def write_omissions(report, results, network):
    """What was not timed, and why."""
    lines = []
    if report.get("is_complete"):
        measured = {result["case"] for result in results}
        lines += [
            f"- {network.describe_point(case.point)}: not measured on this machine"
            for case in network.cases()
            if case.name not in measured
        ]
    for result in results:
        case = network.describe_point(result["point"])
        if "runners" not in result:
            reason = result.get("error", "not measured")
            if "skipped" in result:
                reason = f"not measured: {result['skipped']}"
            lines.append(f"- {case}: {reason}")
            continue
        lines += [
            f"- {case}: {name_of(name)}: {describe_failure(entry)}"
            for name, entry in result["runners"].items()
            if entry.get("status") != "ok"
        ]
    return "Not timed:\n\n" + "\n".join(lines) if lines else ""


def drop_empty(header, rows):
    """A table without the columns that no row has something in."""
    kept = [i for i in range(len(header)) if any(row[i] for row in rows)]
    if not rows:
        return ""
    return table([header[i] for i in kept], [[row[i] for i in kept] for row in rows])


def describe_failure(entry):
    if entry["status"] == "differs":
        return "its output differs"
    return f"{entry['status']} ({entry.get('reason', '')})"


def write_settings(results):
    """How each peer was set up, once per setting."""
    settings = {}
    for result in results:
        for name, entry in result.get("runners", {}).items():
            if "setting" in entry:
                settings.setdefault(name, [])
                if entry["setting"] not in settings[name]:
                    settings[name].append(entry["setting"])
    rows = [[name_of(name), ". ".join(texts)] for name, texts in settings.items()]
    return table(["", "set up as"], rows)


def write_page(report, networks, images, readme="../benchmarks/README.md"):
    """The page; `images` and `readme` are paths from it."""
    results = report["results"]
    parts = [
        WRITTEN,
        "# Benchmarks",
        " ".join(
            f"![{name}]({images}/{path})"
            for name, path in badge_files(report, collect_verdicts(report, networks))
        ),
        fill(
            f"""Volley and what one would use instead, in one run on one machine: same
            weights, same law, f32 unless said, random inputs that are fresh in every
            turn, on as many processors as there are threads. A ratio is of the times of
            one turn, peer by Volley: above 1 Volley is faster. Outputs were compared
            first. How, and how to add to it: [benchmarks]({readme})."""
        ),
        "```sh\n"
        "PYTHONPATH=build/python python benchmarks/run.py\n"
        "python benchmarks/report.py benchmark-results/results.json\n"
        "```",
        f"All figures: [{RESULTS}]({images}/{RESULTS})."
        if report.get("is_complete")
        else "",
        "## Conditions",
        write_conditions(report),
    ]
    verdicts = write_verdicts(summarize_verdicts(report, networks))
    if verdicts:
        parts += ["## Goals", *verdicts]
    for network in networks:
        mine = [r for r in results if r["network"] == network.name]
        if not mine and not report.get("is_complete"):
            continue
        parts.append(f"## {network.title}")
        if any(timed(result) for result in mine):
            parts.append(f"![{network.title}]({images}/{network.name}.svg)")
        parts += [
            write_times(mine, network),
            write_cells(mine, network),
            write_facts(report, mine, network),
            write_omissions(report, mine, network),
        ]
    parts += ["## Peers", write_settings(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def save_page(report, networks, page, images):
    """The page, and what badges it has."""
    draw_badges(report, collect_verdicts(report, networks), images)
    beside = page.resolve().parent
    text = write_page(
        report,
        networks,
        os.path.relpath(images.resolve(), beside),
        os.path.relpath(HERE / "README.md", beside),
    )
    write_atomically(page, text)
    print(page)


# -- The page of all levels --------------------------------------------------


def read_levels(directory, networks):
    """What is published of each level, directory/LEVEL/results.json, by its name."""
    return {
        level: read_published(directory / level / RESULTS, networks)
        for level in LEVELS
        if (directory / level / RESULTS).exists()
    }


def write_levels(levels, directory, networks):
    """The page of all levels, the newest one first; `directory` has theirs."""
    parts = [
        WRITTEN,
        "# Benchmarks",
        fill(
            """Volley and what one would use instead, in one run on one machine, with
            outputs compared first. Which kernels there are depends on the instruction
            sets, so each level has the newest results that there are of it. Here is how
            they compare with the goals; the pages have all networks and all peers. How
            it is measured, and how to add to it:
            [benchmarks](../benchmarks/README.md)."""
        ),
        "```sh\nutils/benchmark --publish\n```",
    ]
    for level in sorted(levels, key=lambda level: levels[level]["started"])[::-1]:
        report, beside = levels[level], f"{directory.name}/{level}"
        shown = badge_files(report, collect_verdicts(report, networks))
        origins = describe_origins(list_origins(report))
        machine = report["machine"]
        parts += [
            f"## {LEVELS[level][0]}",
            " ".join(f"![{text}]({beside}/{file})" for text, file in shown),
            fill(f"{machine['cpu']}, {machine['cores']} cores; commit {origins}.")
            + f"\n[All results]({beside}/README.md)",
            *write_verdicts(summarize_verdicts(report, networks)),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def complete(report, networks, path):
    """A report of everything: what it lacks was not measured.

    Raises:
        FileError: it has what no description has.
    """
    check_cases(report, networks, path)
    results = sort_results(report["results"], networks)
    return {**report, "results": results, "is_complete": True}


def read_published(path, networks):
    return complete(read_results(path), networks, path)


# -- Badges ------------------------------------------------------------------


def badge_files(report, verdicts):
    """(text, file name) of the badges that a report has."""
    files = []
    if any(verdict != "not measured" for verdict in verdicts):
        files.append(("goals", "badge-goals.svg"))
    if any("equals_interpreter" in result for result in report["results"]):
        files.append(("bits", "badge-bits.svg"))
    return files


def draw_badges(report, verdicts, directory):
    files = dict(badge_files(report, verdicts))
    if "goals" in files:
        absent = verdicts.count("not measured")
        reached = len(verdicts) - absent - verdicts.count("missed")
        share = reached / len(verdicts)
        text = f"{reached} of {len(verdicts)}"
        text += f", {absent} not measured" if absent else ""
        color = "green" if share == 1 else "yellow" if share >= 0.5 else "red"
        badge = badges.draw("speed goals", text, color)
        write_atomically(directory / files["goals"], badge)
    if "bits" in files:
        results = [r for r in report["results"] if "skipped" not in r]
        bits = [r.get("equals_interpreter") for r in results]
        text = f"identical in {bits.count(True)} of {len(bits)} cases"
        if None in bits:
            text += f", {bits.count(None)} not compared"
        badge = badges.draw("bits", text, "red" if False in bits else "green")
        write_atomically(directory / files["bits"], badge)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="results.json of run.py")
    parser.add_argument(
        "--page", type=Path, help="write this page alone, and none of those in docs"
    )
    parser.add_argument(
        "--images", type=Path, help="directory of SVGs; default: benchmarks by the page"
    )
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="publish these results alone, not with others of the level",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help="of PNG, PDF and trends; default: plots by the results, or in "
        "benchmark-results if these are published ones",
    )
    parser.add_argument(
        "--history", type=Path, help="of gate.py: trends are drawn, too"
    )
    parser.add_argument("--networks", type=Path, default=HERE / "networks")
    options = parser.parse_args(arguments)
    if options.images and not options.page:
        parser.error("--images is for --page")
    try:
        return run(options)
    except (FileError, DescriptionError) as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    return 1


def run(options):
    """What `main` does with arguments that are right; its exit code."""
    pages = options.docs / "benchmarks"
    beside = options.results.resolve().parent
    if pages.resolve() in beside.parents:
        beside = Path("benchmark-results")
    others = options.output or beside / "plots"
    report = read_results(options.results)
    past = history.read(options.history) if options.history else []
    networks = load_networks(options.networks)
    check_cases(report, networks, options.results)
    published = pages / machine_level(report["machine"])
    if not options.page:
        before = published / RESULTS
        kept = before.exists() and not options.replace
        report = merge_results(read_results(before) if kept else None, report)
    page = options.page or published / "README.md"
    images = options.images or (
        page.parent / "benchmarks" if options.page else published
    )
    pyplot = figures.import_pyplot()
    for directory in (images, others):
        directory.mkdir(parents=True, exist_ok=True)
    if options.page:
        report["results"] = sort_results(report["results"], networks)
    else:
        text = json.dumps(report, indent=1) + "\n"
        # Before it is there: what was published may be of other descriptions.
        report = complete(report, networks, published / RESULTS)
        write_atomically(published / RESULTS, text)
    for network in networks:
        figures.plot_network(pyplot, network, report, (images, others))
    # Trends are of one machine and no part of the page.
    past = history.select(past, report)
    levels = past[-1].get("levels", {}) if past else {}
    for measure in ("time", "memory", "code", "instructions"):
        shares = levels.get(measure, {})
        if figures.plot_history(pyplot, past, measure, shares, (others, others)):
            print(others / f"trend-{measure}.svg")
    if options.page:
        save_page(report, networks, page, images)
        return 0
    # Those of all levels: there may be goals that were not there.
    levels = read_levels(pages, networks)
    for level, of_level in levels.items():
        save_page(of_level, networks, pages / level / "README.md", pages / level)
    overview = options.docs / "Benchmarks.md"
    write_atomically(overview, write_levels(levels, pages, networks))
    print(overview)
    return 0


if __name__ == "__main__":
    sys.exit(main())
