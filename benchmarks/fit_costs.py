# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Constants of the cost model of kernels, from what kernels took.

    build/bin/volley-bench-kernels --benchmark_out=kernels.json \\
        --benchmark_out_format=json
    python benchmarks/fit_costs.py kernels.json

Prints the constants of lib/Target/CPU/Strategies.cpp, "Costs", which says what they
are of: least squares of relative errors, none of them negative. Several files are
taken together. Shapes of one row are left out, as the compiler does not know how many
rows there will be; they tell what a row alone costs. Needs NumPy.
"""

import argparse
import math
import sys

import numpy as np

from suite.files import FileError, read_json

# Costs are in cycles of 1 / CLOCK ns.
CLOCK = 2.6
COUNTERS = "rows positions outputs terms groups windows stride inputs".split()


def read(path):
    """One dict per shape, kernel and density: medians, per step of a sample."""
    try:
        runs = read_json(path)["benchmarks"]
        for run in runs:
            if run.get("aggregate_name") == "median":
                shape, kernel, density = run["run_name"].split("/")[:3]
                yield {
                    "shape": shape,
                    "kernel": kernel,
                    "density": float(density),
                    "cycles": run["cpu_time"] / run["rows"] * CLOCK,
                    **{name: run[name] for name in COUNTERS},
                }
    except FileError as error:
        sys.exit(f"error: {error}")
    except (AttributeError, KeyError, TypeError, ValueError):
        sys.exit(f"error: {path}: is not what volley-bench-kernels writes")


def fit(runs, features):
    """Constants that are not negative: those that would be are left out."""
    if not runs:
        sys.exit(
            "error: the files lack medians that constants are of: expects all kernels, "
            "with --benchmark_repetitions"
        )
    matrix = np.array([features(run) for run in runs], float)
    times = np.array([run["cycles"] for run in runs])
    matrix, kept = matrix / times[:, None], list(range(matrix.shape[1]))
    while True:
        solution = np.linalg.lstsq(matrix[:, kept], np.ones(len(runs)), rcond=None)[0]
        if solution.min() >= 0:
            break
        del kept[int(np.argmin(solution * np.linalg.norm(matrix[:, kept], axis=0)))]
    result = np.zeros(matrix.shape[1])
    result[kept] = solution
    errors = abs(matrix @ result - 1)
    return result, f"errors {np.median(errors):.0%}, at most {errors.max():.0%}"


def sizes(run):
    rows = run["positions"] * run["groups"]
    vectors = math.ceil(run["outputs"] / 16)
    return rows, rows * run["terms"], vectors, math.ceil(vectors / 8)


def event_features(run):
    rows, terms, vectors, tiles = sizes(run)
    is_float = run["shape"].split("_rows")[0].endswith("_f32")
    look = [rows * run["windows"], rows * tiles, terms]
    zeros = [0] * 3
    events = terms * run["density"]
    return [
        *(zeros + look if is_float else look + zeros),
        events * vectors,
        events * tiles,
        rows * run["outputs"],
    ]


def sliced_features(run):
    """Of weights of one digit."""
    rows, terms, vectors, _ = sizes(run)
    return [
        terms * vectors,
        rows * run["outputs"],
        terms,
        rows,
        rows * run["windows"],
    ]


def direct_features(run):
    rows, terms, vectors, _ = sizes(run)
    is_float = run["shape"].split("_rows")[0].endswith("_f32")
    events = terms * run["density"]
    look = [0, terms] if is_float else [terms, 0]
    return [rows, rows * vectors, *look, events * vectors, events]


def blocked_features(run):
    rows, terms, vectors, _ = sizes(run)
    is_float = run["shape"].split("_rows")[0].endswith("_f32")
    conversions = 0 if is_float else terms * math.ceil(vectors / 4)
    return [terms * vectors, conversions, rows]


def scatter_features(run):
    rows, terms, vectors, _ = sizes(run)
    events = run["density"]
    lines = run["inputs"] * math.sqrt(run["windows"]) / run["stride"]
    # The part of the input that is in lines of 64 without events.
    empty = (1 - events) ** 64
    return [
        run["inputs"] * (1 - empty),
        run["inputs"] * empty,
        rows * vectors,
        terms * events * vectors,
        lines * events,
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", help="JSON of volley-bench-kernels")
    everything = [run for path in parser.parse_args().files for run in read(path)]
    runs = [run for run in everything if not run["shape"].endswith("_rows1")]

    def choose(kernel, *prefixes):
        return [
            run
            for run in runs
            if run["kernel"] == kernel and run["shape"].startswith(prefixes or "")
        ]

    # Of products, those with more go to the blocked kernel.
    few = [run for run in choose("event") if run["density"] <= 0.5]
    x, errors = fit(few, event_features)
    print(f"// Event-driven: {errors}.")
    print(f"kLookBinary = {{{x[0]:.3g}, {x[1]:.3g}, {x[2]:.2g}}};")
    print(f"kLook = {{{x[3]:.3g}, {x[4]:.3g}, {x[5]:.2g}}};")
    print(f"kEventVector = {x[6]:.2g}, kEventTile = {x[7]:.2g}, kOutput = {x[8]:.2g};")
    x, errors = fit(choose("direct"), direct_features)
    print(f"// Direct: {errors}.")
    print(f"kDirectRow = {x[0]:.2g}, kDirectRowVector = {x[1]:.2g},")
    print(f"kDirectLookBinary = {x[2]:.2g}, kDirectLook = {x[3]:.2g},")
    print(f"kDirectVector = {x[4]:.2g}, kDirectEvent = {x[5]:.2g};")
    for kernel, name in (("sliced", "Tile"), ("dot", "Dot")):
        if found := [run for run in choose(kernel) if "int8" in run["shape"]]:
            x, errors = fit(found, sliced_features)
            print(f"// {kernel}: {errors}.")
            print(f"k{name} = {{{', '.join(f'{c:.2g}' for c in x)}}};")
    x, errors = fit(choose("blocked", "dense"), blocked_features)
    alone = [
        run["cycles"] / (x @ blocked_features(run))
        for run in everything
        if run["kernel"] == "blocked" and run["shape"].startswith("dense_256x256_")
    ]
    print(f"// Blocked products: {errors}.")
    print(f"kTermVector = {x[0]:.2g}, kTermConversion = {x[1]:.3g},")
    print(f"kBlockedRow = {x[2]:.2g},")
    print(f"kAlone = {np.median(alone):.2g};")
    x, errors = fit(choose("blocked", "conv", "depthwise"), blocked_features)
    print(f"// Blocked convolutions: {errors}.")
    print(f"kConvTermVector = {x[0]:.3g}, kConvConversion = {x[1]:.3g},")
    print(f"kConvRow = {x[2]:.2g};")
    few = [run for run in choose("scatter") if run["density"] <= 0.2]
    x, errors = fit(few, scatter_features)
    print(f"// Scattering convolutions: {errors}.")
    print(f"kScatterLook = {x[0]:.2g}, kScatterSkip = {x[1]:.2g},")
    print(f"kScatterVector = {x[2]:.2g}, kScatterTermVector = {x[3]:.2g},")
    print(f"kScatterLine = {x[4]:.2g};")
    x, errors = fit(choose("depthwise"), lambda run: [sizes(run)[1]])
    print(f"// Depthwise: {errors}.")
    print(f"kDepthwiseSynapse = {x[0]:.2g};")


if __name__ == "__main__":
    main()
