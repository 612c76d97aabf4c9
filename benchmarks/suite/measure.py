# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures one case, in a process of its own: see `main`."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np

from peers import UnsupportedError, make_peer
from suite import machine
from suite.description import Case, parse_network
from suite.instructions import UncountableError, count_instructions
from suite.stats import ratios, summarize
from suite.workloads import make_workload

# A turn runs each runner for about so long, so that what was in the caches before
# does not decide how fast a short call is.
TURN_SECONDS = 0.02
MOST_CALLS = 200
# A runner slower than this gets fewer turns.
LONG_SECONDS = 300.0


def progress(text):
    print(text, file=sys.stderr, flush=True)


class Runner:
    """A peer, or Volley, and what was measured of it."""

    def __init__(self, name, peer):
        self.name, self.peer = name, peer
        self.times: list[float] = []
        self.differing = self.cells = 0

    def time(self, inputs, calls):
        """Seconds per call, over `calls` calls that take turns with the inputs."""
        run, count = self.peer.run, len(inputs)
        start = time.perf_counter()
        for i in range(calls):
            run(inputs[i % count])
        return (time.perf_counter() - start) / calls


def prepare(name, workload, rng, quick):
    """A runner that has run once, or what is to be said instead."""
    try:
        peer = make_peer(name, workload)
        start = time.perf_counter()
        peer.prepare()
        prepared = time.perf_counter() - start
        x = peer.convert(workload.make_input(rng))
        start = time.perf_counter()
        peer.run(x)
        first = time.perf_counter() - start
    except ModuleNotFoundError as error:
        return None, {"status": "missing", "reason": str(error)}
    except UnsupportedError as error:
        return None, {"status": "unsupported", "reason": str(error)}
    except Exception as error:  # noqa: BLE001 - of any library: the others go on
        traceback.print_exc()
        reason = str(error).strip().splitlines()
        text = f"{type(error).__name__}: {reason[0] if reason else ''}"
        return None, {"status": "failed", "reason": text}
    return Runner(name, peer), {
        "prepare_seconds": prepared,
        "first_call_seconds": first,
        "setting": peer.setting,
    }


def agree(runner, workload, x, ours):
    theirs = runner.peer.result(runner.peer.run(runner.peer.convert(x)))
    differing, cells = workload.compare(ours, theirs)
    runner.differing += differing
    runner.cells += cells


def count_calls(runner, inputs):
    """How many calls make a turn, after the runner is warm."""
    for _ in range(3):
        seconds = runner.time(inputs, len(inputs))
        if seconds * len(inputs) > 1.0:
            break
    return int(np.clip(TURN_SECONDS / seconds, 1, MOST_CALLS))


def measure_case(case: Case, data: Path, options: dict) -> dict:
    """Times Volley and its peers in turns; accuracy is compared first."""
    rng = np.random.default_rng(options.get("seed", 0))
    workload = make_workload(case, data)
    quick = options["quick"]
    report = {}
    runners = []
    for name in ("volley", *options["peers"]):
        progress(f"  {name}: preparing")
        runner, entry = prepare(name, workload, rng, quick)
        report[name] = entry
        if runner:
            runners.append(runner)
        elif name == "volley":
            return {"runners": report}
    volley = runners[0]

    # Accuracy.
    x = workload.make_input(rng)
    ours = volley.peer.result(volley.peer.run(volley.peer.convert(x)))
    result = {"output_rate": float(np.mean(ours != 0))}
    if workload.interpretable:
        reference = volley.peer.interpret(x)
        result["equals_interpreter"] = bool(np.array_equal(reference, ours))
    result["rates"] = volley.peer.rates(x)
    for runner in list(runners[1:]):
        # More inputs where there are few cells.
        for _ in range(5):
            x = workload.make_input(rng)
            ours = volley.peer.result(volley.peer.run(volley.peer.convert(x)))
            agree(runner, workload, x, ours)
            if runner.cells >= 10_000 or quick:
                break
        share = runner.differing / runner.cells
        if share > case.network.tolerance:
            progress(f"  {runner.name}: {share:.2%} of its output differs: not timed")
            report[runner.name]["status"] = "differs"
            runners.remove(runner)

    # Time, in turns.
    pool = options["inputs"]
    calls = {}
    for runner in runners:
        inputs = [runner.peer.convert(workload.make_input(rng)) for _ in range(pool)]
        calls[runner.name] = count_calls(runner, inputs)
    repetitions = options["repetitions"]
    start = time.perf_counter()
    for turn in range(repetitions):
        fresh = [workload.make_input(rng) for _ in range(pool)]
        # Who comes first changes, so that nobody always follows the same one.
        for runner in runners if turn % 2 == 0 else reversed(runners):
            count = calls[runner.name]
            inputs = [runner.peer.convert(x) for x in fresh[:count]]
            if count > 1:
                runner.time(inputs, 1)
            runner.times.append(runner.time(inputs, count))
        spent = time.perf_counter() - start
        if turn + 1 < repetitions and spent > 2:
            progress(f"  turn {turn + 1} of {repetitions}, {spent:.0f} s")
        if spent > LONG_SECONDS and turn >= 4:
            break
    for runner in runners:
        entry = report[runner.name]
        entry["status"] = "ok"
        entry["calls"] = calls[runner.name]
        entry["seconds"] = summarize(runner.times)
        entry["times"] = runner.times
        if runner is not volley:
            entry["ratio"] = ratios(volley.times, runner.times)
    for runner in runners[1:]:
        report[runner.name].update(differing=runner.differing, cells=runner.cells)
    report["volley"].update(volley.peer.sizes(options["artefact"]))
    if case.network.step_times:
        result["step_seconds"] = measure_steps(volley.peer, workload, rng)
    if result["rates"]:
        spikes = sum(one["spikes"] for one in result["rates"].values())
        cells = sum(
            one["spikes"] / one["rate"]
            for one in result["rates"].values()
            if one["rate"]
        )
        result["mean_rate"] = spikes / cells if cells else 0.0
        result["spikes_per_second"] = spikes / report["volley"]["seconds"]["median"]
    return {**result, "runners": report}


def measure_steps(peer, workload, rng):
    """Seconds of each step, in calls of one step that go on from each other."""
    session = peer.program.session(workload.batch)
    steps = []
    for _ in range(3):
        x = peer.convert(workload.make_input(rng))
        session.reset()
        for t in range(len(x)):
            start = time.perf_counter()
            session(x[t : t + 1])
            steps.append(time.perf_counter() - start)
    # The first sequence is the warm-up.
    steps = np.array(steps[len(x) :])
    return {"mean": float(steps.mean()), "deviation": float(steps.std())}


class MemorySampler(threading.Thread):
    """Reads the resident memory of this process until it is stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.values, self.done = [], threading.Event()

    @staticmethod
    def resident():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def run(self):
        while not self.done.wait(0.001):
            self.values.append(self.resident())


def measure_memory(case: Case, data: Path, options: dict) -> dict:
    """Memory of a process in which one runner runs a few inputs, and nothing else.

    Volley's has the artefact and not the compiler's work, as a program that uses it.
    """
    name = options["runner"]
    rng = np.random.default_rng(0)
    workload = make_workload(case, data)
    peer = make_peer(name, workload)
    if name == "volley":
        peer.open(options["artefact"])
    else:
        peer.prepare()
    x = peer.convert(workload.make_input(rng))
    before = MemorySampler.resident()
    sampler = MemorySampler()
    sampler.start()
    for _ in range(3):
        peer.run(x)
    sampler.done.set()
    sampler.join()
    values = [before, *sampler.values, MemorySampler.resident()]
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    return {
        "before_bytes": before,
        "peak_bytes": max(values),
        "mean_bytes": sum(values) / len(values),
        "process_peak_bytes": peak * 1024,
    }


def measure_instructions(case: Case, data: Path, options: dict) -> dict:
    try:
        return {"instructions": count_instructions(make_workload(case, data))}
    except UncountableError as error:
        return {"error": str(error)}


def main():
    """Takes a task as JSON from the standard input; writes a result to a file."""
    task = json.load(sys.stdin)
    network = parse_network(task["network"], task["network"]["name"])
    case = Case(network, task["point"])
    processors = machine.pin(case.point["threads"])
    function = {
        "time": measure_case,
        "memory": measure_memory,
        "instructions": measure_instructions,
    }[task["what"]]
    result = function(case, Path(task["data"]), task["options"])
    result["processors"] = processors
    Path(task["output"]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
