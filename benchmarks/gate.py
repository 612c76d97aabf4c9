# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares a run of the suite with a stored baseline of the same type of machine.

    python benchmarks/gate.py benchmark-results/results.json
    python benchmarks/gate.py results.json --limit time=0.2 --history history.jsonl
    python benchmarks/gate.py results.json --update      # makes it the baseline

A measure that is worse than the baseline's by more than its limit is a warning, by more
than `--critical` times the limit critical. Time is Volley's median; since the machine
may be busier than it was, it must be worse in proportion to the peers' times, too.
Ratio is that proportion alone, for a machine that is less busy than when the baseline
was made. Exit code: 0, 1 if something is critical (or a warning, with --strict), 2 if
there is no baseline or a file is wrong.

Limits are shares: time 0.1, ratio 0.25, memory 0.1, code 0.1, accuracy 0.01,
instructions 0.02, energy 0.05 (once a result has one); `none` leaves a measure out.
With --history a line per run is appended, and `report.py --history` draws the trends.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from suite.machine import machine_type
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
}
CRITICAL = 2.0
FORMAT = 1


class GateError(Exception):
    """A file cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Finding:
    """What became worse.

    Attributes:
        change: by which share, or by how much for accuracy, a share itself.
    """

    level: str
    case: str
    measure: str
    before: float
    after: float
    change: float

    def __str__(self):
        return (
            f"{self.level}: {self.case}: {self.measure} {self.before:.6g} -> "
            f"{self.after:.6g} ({self.change:+.1%})"
        )


def read_json(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise GateError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise GateError(f"{path}: not JSON: {error}") from None


def extract(report: dict) -> dict[str, dict[str, float]]:
    """The measures of each case: {case: {measure: value}}.

    `accuracy` is the largest share of cells in which a peer's output differs, and 1
    where a result is not the interpreter's; `peers` the times of peers, by name.
    """
    cases = {}
    for result in report["results"]:
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
        shares = [float(result.get("equals_interpreter") is False)]
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
            else:
                change = b / a - 1 if a else float(b > 0)
            if source == "time":
                slower = b / a / drift(old["peers"], new["peers"])
                if measure == "ratio":
                    if not old["peers"].keys() & new["peers"].keys():
                        continue
                    a, b, change = 1.0, slower, slower - 1
                change = min(change, slower - 1)
            if change > limit:
                level = "critical" if change > critical * limit else "warning"
                findings.append(Finding(level, case, measure, a, b, change))
    return sorted(findings, key=lambda f: (f.level != "critical", f.case, f.measure))


def append_history(path: Path, report: dict, findings: list[Finding]) -> None:
    """A line of JSON: when, what, and the measures of each case."""
    line = {
        "format": FORMAT,
        "finished": report["finished"],
        "commit": report["volley"]["commit"],
        "machine": machine_type(report["machine"]),
        "warnings": sum(f.level == "warning" for f in findings),
        "critical": sum(f.level == "critical" for f in findings),
        "cases": extract(report),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def make_baseline(report: dict, old: dict | None) -> dict:
    """A baseline; cases that were not run stay as they are in the old one."""
    cases = {case: m for case, m in extract(report).items() if m}
    return {
        "format": FORMAT,
        "machine": report["machine"],
        "versions": report["versions"],
        "load": report["load"],
        "commit": report["volley"]["commit"],
        "finished": report["finished"],
        "cases": {**(old or {}).get("cases", {}), **cases},
    }


def read_report(path):
    report = read_json(path)
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise GateError(f"{path}: expects results of format {FORMAT}")
    if "results" not in report:
        raise GateError(f"{path}: 'results' is missing")
    return report


def parse_limit(text):
    name, _, value = text.partition("=")
    if name not in LIMITS:
        raise argparse.ArgumentTypeError(
            f"there is no measure {name!r}; there are {', '.join(LIMITS)}"
        )
    if value == "none":
        return name, None
    try:
        limit = float(value)
    except ValueError:
        limit = -1.0
    if limit < 0:
        raise argparse.ArgumentTypeError(
            f"{name}: expects a share such as 0.1, or none, but got {value!r}"
        )
    return name, limit


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
        "--critical", type=float, default=CRITICAL, help="times the limit (2)"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")
    parser.add_argument("--history", type=Path, help="a JSON-lines file to append to")
    parser.add_argument(
        "--optional", action="store_true", help="having no baseline is no failure"
    )
    parser.add_argument("--update", action="store_true", help="write the baseline")
    options = parser.parse_args(arguments)
    if options.critical < 1:
        parser.error("--critical: expects a factor of at least 1")
    try:
        report = read_report(options.results)
        name = f"{machine_type(report['machine'])}.json"
        path = options.baseline or BASELINES / name
        old = read_json(path) if path.exists() else None
        if old is not None and not isinstance(old.get("cases"), dict):
            raise GateError(f"{path}: 'cases' is missing: not a baseline")
        if options.update:
            text = json.dumps(make_baseline(report, old), indent=1) + "\n"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
            return 0
        limits = {**LIMITS, **dict(options.limit)}
        after = extract(report)
        if old is None and options.optional:
            if options.history:
                append_history(options.history, report, [])
            print(f"not compared: there is no baseline {path}; --update writes it")
            return 0
        if old is None:
            raise GateError(f"there is no baseline {path}; --update writes it")
        findings = compare(old["cases"], after, limits, options.critical)
    except GateError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    if options.history:
        append_history(options.history, report, findings)
    compared = [case for case in after if case in old["cases"]]
    added = [case for case in after if case not in old["cases"]]
    levels = [finding.level for finding in findings]
    print(
        f"{len(compared)} cases compared, {len(added)} not in the baseline, "
        f"{levels.count('critical')} critical, {levels.count('warning')} warnings"
    )
    return int("critical" in levels or (options.strict and bool(levels)))


if __name__ == "__main__":
    sys.exit(main())
