# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How results compare with the goals and limits of the descriptions."""


def timed(result):
    """Entries of peers that were timed, by name."""
    return {
        name: entry
        for name, entry in result.get("runners", {}).items()
        if name != "volley" and entry.get("status") == "ok"
    }


def measure_goal(goal, result):
    """The peer that decides a goal and the median ratio to it; None if not measured.

    Of several peers the fastest counts: the one with the smallest ratio.
    """
    peers = timed(result)
    found = [
        (peers[name]["ratio"]["median"], name) for name in goal.against if name in peers
    ]
    return min(found)[::-1] if found else None


def judge(goal, ratio):
    if goal.stretch is not None and ratio >= goal.stretch:
        return "stretch"
    return "reached" if ratio >= goal.ratio else "missed"


def select_bounds(report, networks, kind):
    """(case, result, bound) of each case with goals or limits of this machine; result
    is {} where a report of everything lacks the case."""
    results = {result["case"]: result for result in report["results"]}
    isa = report["machine"]["isa"]
    return [
        (case, results.get(case.name, {}), bound)
        for network in networks
        for case in network.cases()
        if report.get("is_complete") or case.name in results
        for bound in getattr(case, kind)
        if bound.needs is None or bound.needs in isa
    ]


def collect_goals(report, networks):
    """(case, result, goal, peer, ratio, verdict) of each goal of this machine; peer is
    None where it was not measured."""
    rows = []
    for case, result, goal in select_bounds(report, networks, "goals"):
        found = measure_goal(goal, result)
        if found is None:
            rows.append((case, result, goal, None, None, "not measured"))
        else:
            rows.append((case, result, goal, *found, judge(goal, found[1])))
    return rows


def scale(summary, factor):
    names = ("q1", "median", "q3")
    return {name: summary[name] * factor for name in names if name in summary}


def measure_limit(limit, result, results):
    """What was measured in the unit of the limit's measure, as its median, and its
    quartiles where there are some; None if it was not.
    """
    volley = result.get("runners", {}).get("volley", {})
    if volley.get("status") != "ok":
        return None
    if limit.measure == "time":
        return scale(volley["seconds"], 1e6)
    if limit.measure == "memory":
        if "peak_bytes" not in volley.get("memory", {}) or "model_bytes" not in volley:
            return None
        size = volley["memory"]["peak_bytes"] - volley["model_bytes"]
        return {"median": size / 1e6}
    if limit.measure == "c_call" or limit.measure.endswith("startup"):
        seconds = result.get(f"{limit.measure}_seconds")
        factor = 1e6 if limit.measure == "c_call" else 1e3
        return seconds and scale(seconds, factor)
    if "speedup" in result:
        return scale(result["speedup"], 1)
    # Older results have it from two cases.
    one = {**result["point"], "threads": 1}
    for other in results:
        entry = other.get("runners", {}).get("volley", {})
        same = other["network"] == result["network"] and other["point"] == one
        if same and entry.get("status") == "ok":
            median = entry["seconds"]["median"] / volley["seconds"]["median"]
            return {"median": median}
    return None


def judge_limit(limit, value):
    """As a ratio that is to be large, whichever the measure."""
    if value is None:
        return "not measured"
    sign = 1 if limit.is_least else -1
    if limit.stretch is not None and sign * value >= sign * limit.stretch:
        return "stretch"
    return "reached" if sign * value >= sign * limit.bound else "missed"


def collect_limits(report, networks):
    """(case, result, limit, values, verdict) of each limit of this machine; values as
    measure_limit gives them."""
    rows = []
    for case, result, limit in select_bounds(report, networks, "limits"):
        values = measure_limit(limit, result, report["results"])
        verdict = judge_limit(limit, values and values["median"])
        rows.append((case, result, limit, values, verdict))
    return rows


def collect_verdicts(report, networks):
    rows = collect_goals(report, networks) + collect_limits(report, networks)
    return [row[-1] for row in rows]
