# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures one case, in a process of its own: see `main`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

from peers import UnsupportedError, make_peer
from suite import machine, memory
from suite.artefact import find_tool
from suite.description import Case, parse_network
from suite.instructions import UncountableError, count_instructions
from suite.stats import ratios, summarize
from suite.workloads import make_workload
from suite.workloads.base import AbsentDataError

# A turn runs each runner for about so long, so that what was in the caches before
# does not decide how fast a short call is.
TURN_SECONDS = 0.02
MOST_CALLS = 200
# Runners that take longer are warm after one call.
SLOW_SECONDS = 0.25
# Turns end early after this time, but not before the fifth.
LONG_SECONDS = 300.0
# Outputs of so many cells are compared, as far as five inputs have them.
ENOUGH_CELLS, ENOUGH_QUICKLY = 10_000, 250
MOST_INPUTS = 5
# Processes that are started to time that, and runs of volley-bench-call.
STARTS = 9
# Inputs of a turn take no more, in floats.
MOST_INPUT_BYTES = 256 << 20
# Inputs that runners are made warm with.
WARM_INPUTS = 8


def progress(text):
    print(text, file=sys.stderr, flush=True)


class Runner:
    """A peer, or Volley, and what was measured of it."""

    def __init__(self, name, peer):
        self.name, self.peer = name, peer
        self.times: list[float] = []
        self.calls = self.differing = self.cells = 0

    def time(self, inputs, calls):
        """Seconds per call, over `calls` calls that take turns with the inputs."""
        run, count = self.peer.run, len(inputs)
        start = time.perf_counter()
        for i in range(calls):
            run(inputs[i % count])
        return (time.perf_counter() - start) / calls


def describe_failure(error):
    reason = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {reason[0] if reason else ''}"
    return {"status": "failed", "reason": text}


def prepare(name, workload, rng):
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
        return None, describe_failure(error)
    return Runner(name, peer), {
        "prepare_seconds": prepared,
        "first_call_seconds": first,
        "setting": peer.setting,
    }


def are_same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def run_volley(volley, x):
    return volley.peer.result(volley.peer.run(volley.peer.convert(x)))


def compare_results(volley, runner, workload, rng, enough):
    """Counts cells that differ, on some inputs where one has not enough cells."""
    peer = runner.peer
    for _ in range(MOST_INPUTS):
        x = workload.make_input(rng)
        theirs = peer.result(peer.run(peer.convert(x)))
        differing, cells = workload.compare(run_volley(volley, x), theirs)
        runner.differing += differing
        runner.cells += cells
        if runner.cells >= enough:
            break


def count_calls(runner, inputs):
    """How many calls make a turn, after the runner is warm."""
    seconds = runner.time(inputs, 1)
    for _ in range(3):
        if seconds > SLOW_SECONDS:
            break
        seconds = runner.time(inputs, len(inputs))
    return int(np.clip(TURN_SECONDS / seconds, 1, MOST_CALLS))


def count_inputs(runners, x, most):
    """How many inputs a turn needs, so that no call has one that was there before: one
    more than calls, for the one that is not timed.
    """
    arrays = x.values() if isinstance(x, dict) else [x]
    floats = sum(array.size for array in arrays) * 4
    needed = max(runner.calls for runner in runners) + 1
    return max(1, min(needed, MOST_INPUT_BYTES // floats, most or needed))


def take_turns(runners, workload, rng, options):
    """Times of all runners, one after the other, on fresh inputs in every call, or on
    as many as a turn may have; how many these are.
    """
    repetitions = options["repetitions"]
    for runner in runners:
        warm = [workload.make_input(rng) for _ in range(WARM_INPUTS)]
        runner.calls = count_calls(runner, [runner.peer.convert(x) for x in warm])
    count = count_inputs(runners, warm[0], options["inputs"])
    start = time.perf_counter()
    for turn in range(repetitions):
        fresh = [workload.make_input(rng) for _ in range(count)]
        # Who comes first changes, so that nobody always follows the same one.
        for runner in runners if turn % 2 == 0 else reversed(runners):
            inputs = [runner.peer.convert(x) for x in fresh[: runner.calls + 1]]
            # Threads of the one before may still wait for work, and not asleep.
            runner.time(inputs[-1:], 1)
            runner.times.append(runner.time(inputs[:-1] or inputs, runner.calls))
        spent = time.perf_counter() - start
        if turn + 1 < repetitions and spent > 2:
            progress(f"  turn {turn + 1} of {repetitions}, {spent:.0f} s")
        if spent > LONG_SECONDS and turn >= 4:
            progress(f"  only {turn + 1} turns: they take long")
            break
    # One of several is of the call that is not timed.
    return max(1, count - 1)


def measure_case(case: Case, data: Path, options: dict) -> dict:
    """Times Volley and its peers in turns; accuracy is compared first."""
    rng = np.random.default_rng(options["seed"])
    workload = make_workload(case, data)
    workload.without = options["without"]
    workload.prepare()
    report, runners = {}, []
    for name in ("volley", *options["peers"]):
        progress(f"  {name}: preparing")
        runner, report[name] = prepare(name, workload, rng)
        if runner:
            runners.append(runner)
        elif name == "volley":
            return {"runners": report}
    volley, *peers = runners

    x = workload.make_input(rng)
    ours = run_volley(volley, x)
    if not np.any(ours):
        raise ValueError("all outputs are 0: to compare them would say nothing")
    result = {"output_rate": float(np.mean(ours != 0)), "rates": volley.peer.rates(x)}
    if workload.interpretable and not (options["quick"] and case.network.heavy):
        progress("  volley: bits of the interpreter")
        reference = volley.peer.interpret(x)
        result["equals_interpreter"] = are_same_bits(reference, ours)
    if workload.cells:
        result["cells"] = workload.cells
    enough = ENOUGH_QUICKLY if options["quick"] else ENOUGH_CELLS
    for runner in peers:
        entry = report[runner.name]
        try:
            compare_results(volley, runner, workload, rng, enough)
        except Exception as error:  # noqa: BLE001 - of any library: the others go on
            traceback.print_exc()
            entry.update(describe_failure(error))
            continue
        entry.update(differing=runner.differing, cells=runner.cells)
        share = runner.differing / runner.cells
        entry["status"] = "ok" if share <= case.network.tolerance else "differs"
        if entry["status"] == "differs":
            progress(f"  {runner.name}: {share:.2%} of its output differs: not timed")
    peers = [runner for runner in peers if report[runner.name]["status"] == "ok"]

    report["volley"].update(volley.peer.sizes(options["artefact"]))
    # How much threads gain is a ratio of one turn, too.
    alone = []
    if workload.threads > 1:
        alone = [Runner("volley", make_peer("volley", workload))]
        alone[0].peer.open(options["artefact"], threads=1)
    result["inputs"] = take_turns([volley, *peers, *alone], workload, rng, options)
    for runner in alone:
        result["one_thread_seconds"] = summarize(runner.times)
        result["speedup"] = ratios(volley.times, runner.times)
    report["volley"]["status"] = "ok"
    for runner in (volley, *peers):
        entry = report[runner.name]
        entry["calls"] = runner.calls
        entry["seconds"] = summarize(runner.times)
        entry["times"] = runner.times
        if runner is not volley:
            entry["ratio"] = ratios(volley.times, runner.times)
    if case.network.step_times:
        result["step_seconds"] = measure_steps(volley.peer, workload, rng)
    if case.network.startup:
        result.update(measure_startup(volley.peer, x))
    if case.network.c_call:
        result["c_call_seconds"] = measure_c_call()
    if result["rates"]:
        spikes = sum(one["spikes"] for one in result["rates"].values())
        cells = sum(one["cells"] for one in result["rates"].values())
        result["mean_rate"] = spikes / cells
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


# What a program in Python does that only has the artefact.
RUN_ARTEFACT = """
import json, sys
import numpy as np
import volley

model, x, y, arguments = sys.argv[1:]
np.save(y, volley.open(model)(np.load(x), **json.loads(arguments)))
"""


def time_starts(command):
    """Seconds of new processes."""
    times = []
    for _ in range(STARTS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True)
        times.append(time.perf_counter() - start)
    # The first one brings the files into the page cache.
    return summarize(times[1:])


def measure_startup(peer, x):
    """Seconds of new processes from a file to the first result.

    `startup_seconds` from IR, which is compiled; `saved_startup_seconds` from the
    artefact; both by snn-run. `python_startup_seconds` from the artefact in Python.
    """
    arguments = peer.workload.run_arguments()
    options = [f"--{name}={value}" for name, value in arguments.items()]
    with tempfile.TemporaryDirectory() as directory:
        model, artefact, data, output = (
            Path(directory, name)
            for name in ("model.mlirbc", "net.so", "x.npy", "y.npy")
        )
        peer.network.save(model)
        peer.sizes(artefact)
        np.save(data, x)
        tool = [find_tool("snn-run"), "--quiet", "--input", data, "--output", output]
        python = [sys.executable, "-c", RUN_ARTEFACT, artefact, data, output]
        return {
            "startup_seconds": time_starts([*tool, *options, model]),
            "saved_startup_seconds": time_starts([*tool, *options, artefact]),
            "python_startup_seconds": time_starts([*python, json.dumps(arguments)]),
        }


def measure_c_call():
    """Seconds of a call from C: of one neuron, one step."""
    options = ["--benchmark_format=json", f"--benchmark_repetitions={STARTS}"]
    command = [find_tool("volley-bench-call"), *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    runs = json.loads(done.stdout)["benchmarks"]
    times = [run["real_time"] for run in runs if run["run_type"] == "iteration"]
    if any(run["time_unit"] != "ns" for run in runs):
        raise ValueError("volley-bench-call: expects times in ns")
    return summarize([time * 1e-9 for time in times])


def measure_memory(case: Case, data: Path, options: dict) -> dict:
    """Memory of a process in which one runner runs a few inputs, and nothing else.

    Volley's has the artefact and not the compiler's work, as a program that uses it.
    """
    name = options["runner"]
    rng = np.random.default_rng(0)
    workload = make_workload(case, data)
    peer = make_peer(name, workload)
    if name == "volley":
        return measure_artefact(peer, options["artefact"], workload.make_input(rng))
    peer.prepare()
    x = peer.convert(workload.make_input(rng))
    return memory.measure(lambda: peer.run(x))


def measure_artefact(peer, artefact, x):
    """The same in a process that has no module of the suite."""
    peer.open(artefact)
    x = peer.convert(x)
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory, "x.npz" if isinstance(x, dict) else "x.npy")
        output = Path(directory, "memory.json")
        if isinstance(x, dict):
            np.savez(data, **x)
        else:
            np.save(data, x)
        arguments = json.dumps(peer.arguments)
        command = [sys.executable, memory.__file__, artefact, data]
        command += [str(peer.workload.threads), arguments, output]
        subprocess.run(command, check=True)
        return json.loads(output.read_text())


def measure_instructions(case: Case, data: Path, options: dict) -> dict:
    workload = make_workload(case, data)
    workload.without = options["without"]
    try:
        return {"instructions": count_instructions(workload)}
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
    try:
        result = function(case, Path(task["data"]), task["options"])
        result["processors"] = processors
    except AbsentDataError as error:
        result = {"skipped": f"no such data: {error}"}
    except Exception as error:  # noqa: BLE001 - whatever it is, the report says it
        traceback.print_exc()
        result = {"error": describe_failure(error)["reason"]}
    Path(task["output"]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
