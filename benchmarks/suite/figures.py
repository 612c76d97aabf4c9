# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plots of results, by matplotlib, each as SVG, PNG and PDF."""

import sys

from peers import name_of
from suite.verdicts import collect_goals, timed

LEVEL_COLORS = {"warning": "tab:orange", "critical": "tab:red"}


def import_pyplot():
    try:
        import matplotlib
    except ModuleNotFoundError:
        sys.exit("error: plots need matplotlib: see benchmarks/requirements.txt")
    matplotlib.use("agg")
    # Text stays text, and the same data give the same file.
    matplotlib.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "volley", "font.size": 9}
    )
    from matplotlib import pyplot

    return pyplot


def save(figure, name, directories):
    """SVG into the first directory; PNG and PDF into the second."""
    images, others = directories
    figure.savefig(images / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
    figure.savefig(others / f"{name}.png", dpi=150, bbox_inches="tight")
    figure.savefig(
        others / f"{name}.pdf", metadata={"CreationDate": None}, bbox_inches="tight"
    )


def plot_network(pyplot, network, report, directories):
    """Ratios to each peer by case, with quartiles, and the goals as marks."""
    results = [
        result
        for result in report["results"]
        if result["network"] == network.name and timed(result)
    ]
    if not results:
        return
    peers = [p for p in network.peers if any(p in timed(r) for r in results)]
    figure, axes = pyplot.subplots(
        figsize=(7, 0.9 + 0.16 * (len(peers) + 1) * len(results))
    )
    height = 0.8 / len(peers)
    for i, peer in enumerate(peers):
        for j, result in enumerate(results):
            entry = timed(result).get(peer)
            if entry is None:
                continue
            ratio = entry["ratio"]
            middle = ratio["median"]
            axes.barh(
                j + (i - (len(peers) - 1) / 2) * height,
                middle,
                height * 0.9,
                xerr=[[middle - ratio["q1"]], [ratio["q3"] - middle]],
                color=f"C{i}",
                error_kw={"linewidth": 0.7},
                label=name_of(peer)
                if j == [peer in timed(r) for r in results].index(True)
                else None,
            )
    for case, _, goal, *_ in collect_goals(report, [network]):
        cases = [result["case"] for result in results]
        beside = [i for i, peer in enumerate(peers) if peer in goal.against]
        if case.name in cases and beside:
            # Across the bars of the peers that it is about.
            middle = cases.index(case.name) - (len(peers) - 1) / 2 * height
            ends = [
                middle + (min(beside) - 0.5) * height,
                middle + (max(beside) + 0.5) * height,
            ]
            axes.plot([goal.ratio] * 2, ends, "k--", linewidth=0.8)
    axes.axvline(1, color="0.5", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks(
        range(len(results)), [network.describe_point(r["point"]) for r in results]
    )
    axes.invert_yaxis()
    axes.set_xlabel("time of the peer / time of Volley (dashed: goal)")
    axes.set_title(network.title, fontsize=10)
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    save(figure, network.name, directories)
    pyplot.close(figure)


def plot_history(pyplot, lines, measure, levels, directories):
    """A plot of lines of one machine: each case relative to its first value, and the
    gate's levels, {name: share}, which are relative to the baseline instead.

    Returns whether there is something to draw.
    """
    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    series = {}
    for line in lines:
        for case, measures in line["cases"].items():
            if measures.get(measure):
                point = line["finished"], measures[measure]
                series.setdefault(case, []).append(point)
    for case, points in sorted(series.items()):
        first = points[0][1]
        axes.plot(
            [when[:16] for when, _ in points],
            [value / first for _, value in points],
            marker=".",
            linewidth=0.8,
            label=case,
        )
    if series:
        for level, share in levels.items():
            color = LEVEL_COLORS[level]
            axes.axhline(1 + share, color=color, linestyle="--", linewidth=0.8)
            axes.annotate(
                level,
                (1, 1 + share),
                xycoords=("axes fraction", "data"),
                fontsize=5,
                color=color,
                ha="right",
                va="bottom",
            )
        axes.set_ylabel(f"{measure}, relative to the first run")
        axes.tick_params(axis="x", rotation=45, labelsize=6)
        axes.legend(fontsize=5, loc="upper left", bbox_to_anchor=(1, 1))
        save(figure, f"trend-{measure}", directories)
    pyplot.close(figure)
    return bool(series)
