# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares a run of the suite with a stored baseline of the same type of machine.

    python benchmarks/gate.py benchmark-results/results.json
    python benchmarks/gate.py results.json --limit time=0.2 --history history.jsonl
    python benchmarks/gate.py results.json --update      # makes it the baseline
    python benchmarks/gate.py results.json --update --only instructions

A measure that is worse than the baseline's by more than its limit is a warning, by more
than `--critical` times the limit critical. Time is Volley's median; since the machine
may be busier than it was, it must be worse in proportion to the peers' times, too.
Ratio is that proportion alone, for a machine that is less busy than when the baseline
was made. Startup is the time from a file of IR to the first result, of which the same
holds; c_call that of a call from C; threads what they gain against one. What only the
results or only the baseline have, and cases that were skipped, are notices. Exit code:
0, 1 if something is critical (or a warning, with --strict), 2 if a file is wrong, or
there is no baseline, or none of its cases was run.

Limits are shares: time 0.1, ratio 0.25, memory 0.1, code 0.1, accuracy 0.01,
instructions 0.02, startup, c_call and threads 0.2, energy 0.05 (once a result has one);
`none` leaves a measure out.
A baseline keeps for each measure the commit that it was measured at. Times are of one
run, so that --only of time, startup or c_call takes all three, and the peers'.
A machine without a stored baseline has its own with --own: its first results are
written there, and what follows is compared with them.
A baseline is of one type of machine and of a run with certain options: --quick,
--without, --inputs, --peers. Results with others, or of another machine, are compared
with a notice, and do not update it; code and instructions alone (--only) depend on no
option but --without.
With --history a line per run is appended, and `report.py --history` draws the trends.
"""

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from suite import history, schema
from suite.files import FileError, check, read_json, read_results, write_atomically
from suite.machine import machine_type
from suite.options import describe_options, list_code_options, list_options
from suite.stats import summarize

BASELINES = Path(__file__).resolve().parent / "baselines"
LIMITS = {
    "time": 0.1,
    "ratio": 0.25,
    "memory": 0.1,
    "code": 0.1,
    "accuracy": 0.01,
    "energy": 0.05,
    "instructions": 0.02,
    "startup": 0.2,
    "c_call": 0.2,
    "threads": 0.2,
}
# Those that are slower on a busier machine, of which the peers' times tell.
TIMES = ("time", "startup", "c_call")
# Measures by what results call their medians.
MEDIANS = {
    "startup": "startup_seconds",
    "c_call": "c_call_seconds",
    "threads": "speedup",
}
CRITICAL = 2.0
# Measures that are the same whatever else runs, and however often.
OF_CODE = {"code", "instructions"}
# What a baseline has of the results besides their cases.
HEADER = ("machine", "versions", "load", "finished")


@dataclass(frozen=True)
class Finding:
    """What became worse.

    Attributes:
        change: by which share, or by how much for accuracy, a share itself.
        since: the commit of the baseline's measure, if it is known.
    """

    level: str
    case: str
    measure: str
    before: float
    after: float
    change: float
    since: str | None = None

    def __str__(self):
        text = (
            f"{self.level}: {self.case}: {self.measure} {self.before:.6g} -> "
            f"{self.after:.6g} ({self.change:+.1%})"
        )
        return f"{text} since {self.since[:12]}" if self.since else text


def extract(report: dict) -> dict[str, dict[str, float]]:
    """The measures of each case: {case: {measure: value}}.

    `accuracy` is the largest share of cells in which a peer's output differs, and 1
    where a result is not the interpreter's; `bits` whether it is, if that was
    compared; `peers` the times of peers, by name. Cases that were skipped are left out.
    """
    cases = {}
    for result in report["results"]:
        if "skipped" in result:
            continue
        entry = result.get("runners", {}).get("volley", {})
        if entry.get("status") != "ok":
            cases[result["case"]] = {}
            continue
        measures = {
            "time": entry["seconds"]["median"],
            "code": entry["code_bytes"],
            "peers": {},
        }
        if "peak_bytes" in entry.get("memory", {}):
            measures["memory"] = entry["memory"]["peak_bytes"]
        for measure in ("instructions", "energy"):
            if measure in entry:
                measures[measure] = entry[measure]
        for measure, name in MEDIANS.items():
            if name in result:
                measures[measure] = result[name]["median"]
        if "equals_interpreter" in result:
            measures["bits"] = result["equals_interpreter"]
        shares = [float(measures.get("bits") is False)]
        for name, peer in result["runners"].items():
            if peer.get("cells"):
                shares.append(peer["differing"] / peer["cells"])
            if name != "volley" and peer.get("status") == "ok":
                measures["peers"][name] = peer["seconds"]["median"]
        measures["accuracy"] = max(shares)
        cases[result["case"]] = measures
    return cases


def drift(before: dict, after: dict) -> float:
    """By which factor the machine is slower than it was, by the peers' times."""
    factors = [
        after[name] / seconds for name, seconds in before.items() if name in after
    ]
    return summarize(factors)["median"] if factors else 1.0


def compare(before, after, limits=LIMITS, critical=CRITICAL) -> list[Finding]:
    """What is worse in `after`; both are as `extract` gives them.

    A case that failed, where the baseline's did not, is critical. Cases that were not
    run are left out.
    """
    findings = []
    for case, old in before.items():
        if case not in after or not old:
            continue
        new = after[case]
        if not new:
            findings.append(Finding("critical", case, "failed", 0, 1, 1.0))
            continue
        for measure, limit in limits.items():
            source = "time" if measure == "ratio" else measure
            if limit is None or source not in old or source not in new:
                continue
            a, b = old[source], new[source]
            if measure == "accuracy":
                change = b - a
            elif measure == "threads":
                change = a / b - 1
            else:
                change = b / a - 1 if a else float(b > 0)
            if source in TIMES:
                slower = b / a / drift(old.get("peers", {}), new["peers"])
                if measure == "ratio":
                    if not old["peers"].keys() & new["peers"].keys():
                        continue
                    a, b, change = 1.0, slower, slower - 1
                change = min(change, slower - 1)
            if change > limit:
                level = "critical" if change > critical * limit else "warning"
                since = old.get("commits", {}).get(source)
                findings.append(Finding(level, case, measure, a, b, change, since))
    return sorted(findings, key=lambda f: (f.level != "critical", f.case, f.measure))


def find_unmatched(before: dict, after: dict, limits=LIMITS) -> list[str]:
    """What is not compared, as a line for cases and one per measure."""
    lines = []

    def note(measure, text, cases):
        if cases:
            more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
            lines.append(f"notice: {measure}: {text} {', '.join(cases[:3])}{more}")

    # Of some cases on purpose, or of all: a line says which.
    absent = [case for case, old in before.items() if old and case not in after]
    note("cases", "the results lack", absent)
    # Of those that failed there is a finding.
    both = [case for case, old in before.items() if old and after.get(case)]
    for measure, limit in limits.items():
        if limit is None:
            continue
        if measure == "ratio":
            timed = [c for c in both if "time" in before[c] and "time" in after[c]]
            apart = [
                case
                for case in timed
                if (before[case]["peers"] or after[case]["peers"])
                and not before[case]["peers"].keys() & after[case]["peers"].keys()
            ]
            note(measure, "no peer in common for", apart)
            continue
        new = [c for c in both if measure in after[c] and measure not in before[c]]
        note(measure, "the baseline lacks it for", new)
        gone = [c for c in both if measure in before[c] and measure not in after[c]]
        note(measure, "the results lack it for", gone)
    if limits.get("accuracy") is not None:
        gone = [c for c in both if "bits" in before[c] and "bits" not in after[c]]
        note("bits", "not compared with the interpreter's any more for", gone)
    return lines


def find_mismatches(report: dict, baseline: dict | None, of_code=False) -> list[str]:
    """Why results and baseline are not of the same kind; of_code: as far as code is."""
    if baseline is None:
        return []
    texts = []
    machines = [machine_type(one["machine"]) for one in (baseline, report)]
    if machines[0] != machines[1]:
        texts.append("of {}, the results of {}".format(*machines))
    options = [baseline.get("options", []), list_options(report)]
    if of_code:
        options = [list_code_options(one) for one in options]
    if options[0] != options[1]:
        texts.append("of {}, the results of {}".format(*map(describe_options, options)))
    return texts


def check_update(report: dict, baseline: dict | None, path, only=()) -> None:
    """Raises FileError if results are of another kind than a baseline."""
    of_code = bool(only) and OF_CODE.issuperset(only)
    if mismatches := find_mismatches(report, baseline, of_code):
        raise FileError(f"{path} is {' and '.join(mismatches)}: nothing is updated")


def find_skipped(report: dict) -> list[str]:
    """Cases that could not be measured, as a line each."""
    return [
        f"notice: {result['case']}: skipped: {result['skipped']}"
        for result in report["results"]
        if "skipped" in result
    ]


def make_baseline(report: dict, old: dict | None, only=()) -> dict:
    """A baseline; what was not measured stays as it is in the old one.

    Args:
        only: take these measures alone; empty: all.
    """
    commit = report["volley"]["commit"]
    # All that is judged by the peers' times is of the same run as they, or left out.
    more = {**dict.fromkeys(TIMES, {*TIMES, "peers"}), "accuracy": {"bits"}}
    taken = set(only).union(*(more.get(measure, ()) for measure in only))
    cases = dict((old or {}).get("cases", {}))
    measured = False
    for case, measures in extract(report).items():
        found = {m: v for m, v in measures.items() if not only or m in taken}
        if not found:
            continue
        measured = True
        before = cases.get(case, {})
        commits = {**before.get("commits", {}), **dict.fromkeys(found, commit)}
        if found.get("peers"):
            before = {m: value for m, value in before.items() if m not in TIMES}
        kept = {**before, **found}
        kept["commits"] = {m: commits[m] for m in kept if m in LIMITS}
        cases[case] = kept
    if not measured:
        raise FileError(
            f"no case has {' or '.join(only) or 'a result'}: nothing to keep"
        )
    header = old if old and only else report
    return {
        "format": schema.FORMAT,
        **{key: header[key] for key in HEADER},
        "options": old.get("options", []) if old else list_options(report),
        "cases": cases,
    }


def list_levels(limits: dict, critical: float) -> dict:
    """From which changes on there are findings, by the name of the measure."""
    return {
        measure: {"warning": limit, "critical": critical * limit}
        for measure, limit in limits.items()
        if limit is not None
    }


def read_baseline(path) -> dict:
    """What `--update` wrote.

    Raises:
        FileError: it is something else.
    """
    baseline = read_json(path)
    check(baseline, schema.BASELINE, path)
    return baseline


def parse_number(text, least):
    """None if it is not at least that, or nothing would be above it (NaN, infinity)."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if least <= number < math.inf else None


def parse_limit(text):
    name, _, value = text.partition("=")
    if name not in LIMITS:
        raise argparse.ArgumentTypeError(
            f"there is no measure {name!r}; there are {', '.join(LIMITS)}"
        )
    if value == "none":
        return name, None
    limit = parse_number(value, 0)
    if limit is None:
        raise argparse.ArgumentTypeError(
            f"{name}: expects a share such as 0.1, or none, but got {value!r}"
        )
    return name, limit


def parse_factor(text):
    factor = parse_number(text, 1)
    if factor is None:
        raise argparse.ArgumentTypeError(
            f"expects a factor of at least 1, but got {text!r}"
        )
    return factor


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="results.json of run.py")
    parser.add_argument(
        "--baseline", type=Path, help="a file; default: that of this type of machine"
    )
    parser.add_argument(
        "--limit",
        action="append",
        type=parse_limit,
        default=[],
        metavar="MEASURE=SHARE",
    )
    parser.add_argument(
        "--critical", type=parse_factor, default=CRITICAL, help="times the limit (2)"
    )
    parser.add_argument(
        "--own", type=Path, help="a directory for baselines of machines that have none"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")
    parser.add_argument("--history", type=Path, help="a JSON-lines file to append to")
    parser.add_argument(
        "--optional", action="store_true", help="having no baseline is no failure"
    )
    parser.add_argument("--update", action="store_true", help="write the baseline")
    parser.add_argument(
        "--only",
        action="append",
        choices=[measure for measure in LIMITS if measure != "ratio"],
        default=[],
        help="of --update: keep the baseline's other measures",
    )
    options = parser.parse_args(arguments)
    if options.only and not options.update:
        parser.error("--only: expects --update")
    try:
        return run(options)
    except FileError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    return 2


def run(options) -> int:
    """What `main` does with arguments that are right; its exit code."""
    report = read_results(options.results)
    if options.history:
        # Before anything is written: it may be another file.
        history.read(options.history)
    name = f"{machine_type(report['machine'])}.json"
    path = options.baseline or BASELINES / name
    if options.own and not path.exists():
        path = options.own / name
    old = read_baseline(path) if path.exists() else None
    is_first = options.own is not None and old is None
    limits = {**LIMITS, **dict(options.limit)}
    after = extract(report)

    def remember(findings=()):
        if options.history:
            levels = list_levels(limits, options.critical)
            history.append(options.history, report, after, findings, levels)

    if options.update or is_first:
        check_update(report, old, path, options.only)
        text = json.dumps(make_baseline(report, old, options.only), indent=1) + "\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
        print(f"wrote {path}")
        if is_first:
            remember()
        return 0
    before = old["cases"] if old else {}
    for line in find_skipped(report):
        print(line)
    compared = [case for case in after if case in before]
    if not compared:
        reason = f"there is no baseline {path}"
        if old:
            reason = f"{path} has none of the cases of {options.results}"
        if not options.optional:
            raise FileError(f"{reason}; --update writes it")
        remember()
        print(f"not compared: {reason}; --update writes it")
        return 0
    for text in find_mismatches(report, old):
        print(f"notice: baseline: {text}")
    findings = compare(before, after, limits, options.critical)
    for line in [*findings, *find_unmatched(before, after, limits)]:
        print(line)
    remember(findings)
    levels = [finding.level for finding in findings]
    print(
        f"{len(compared)} cases compared, {len(after) - len(compared)} not in the "
        f"baseline, {levels.count('critical')} critical, "
        f"{levels.count('warning')} warnings"
    )
    return int("critical" in levels or (options.strict and bool(levels)))


if __name__ == "__main__":
    sys.exit(main())
