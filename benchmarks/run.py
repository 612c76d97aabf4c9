# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the network suite against its peers.

    PYTHONPATH=build/python python benchmarks/run.py              # all of it: hours
    PYTHONPATH=build/python python benchmarks/run.py --quick mlp
    PYTHONPATH=build/python python benchmarks/run.py "mlp batch=1" --peers torch-loop

Each case (a network of benchmarks/networks at one point of its axes, such as
"mlp batch=1") runs in a process of its own, bound to as many processors as it has
threads. Results are compared first, and a peer whose output differs in more cells than
the description's tolerance is not timed. Then all run in turns on fresh inputs, in one
process. Medians, quartiles and ratios per turn go to a JSON and a CSV file, with
machine, versions, commit and load. benchmarks/README.md says how to add to the suite.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path

from peers import PEERS
from suite import machine, schema
from suite.artefact import check_passes
from suite.description import DescriptionError, load_networks, select_cases
from suite.files import FileError, read_results, write_atomically
from suite.workloads import WORKLOADS

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
DATA = REPOSITORY.parent / "shared" / "data"
REPETITIONS, QUICK_REPETITIONS = 21, 5
CSV_FIELDS = (
    "case network title batch steps density threads sum runner status median_ms q1_ms "
    "q3_ms min_ms count ratio ratio_q1 ratio_q3 differing cells prepare_s peak_mb "
    "mean_mb code_bytes artefact_bytes instructions equals_interpreter mean_rate "
    "spikes_per_second step_mean_ms step_deviation_ms startup_ms saved_startup_ms "
    "python_startup_ms c_call_ms speedup reason setting started commit "
    "machine isa flags versions"
).split()


def log(text):
    print(text, file=sys.stderr, flush=True)


def library_settings(threads):
    """Libraries read the number of threads before any code of ours runs."""
    names = (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    )
    settings = dict.fromkeys(names, str(threads))
    # What OpenBLAS takes for a processor that it does not know is half as fast.
    if "avx512f" in machine.describe_machine()["isa"]:
        default = os.environ.get("OPENBLAS_CORETYPE", "SkylakeX")
        settings["OPENBLAS_CORETYPE"] = default
    return settings


def child_environment(threads):
    environment = {**os.environ, **library_settings(threads)}
    # Children run in another directory than this process.
    path = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    entries = [str(HERE), *map(os.path.abspath, path)]
    environment["PYTHONPATH"] = os.pathsep.join(entries)
    if environment.get("VOLLEY_TOOLS"):
        environment["VOLLEY_TOOLS"] = os.path.abspath(environment["VOLLEY_TOOLS"])
    return environment


def run_child(what, case, description, data, options):
    """Runs suite.measure on one case; its result, or a text that says what failed."""
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "result.json")
        task = {
            "what": what,
            "network": description,
            "point": case.point,
            "data": str(data),
            "options": options,
            "output": str(output),
        }
        done = subprocess.run(
            [sys.executable, "-m", "suite.measure"],
            input=json.dumps(task),
            text=True,
            env=child_environment(case.point["threads"]),
            cwd=REPOSITORY,
            check=False,
        )
        if done.returncode != 0:
            return f"exit code {done.returncode}"
        return json.loads(output.read_text())


def measure(case, description, options):
    """Everything about one case, as it is in the result file."""
    result = {
        "case": case.name,
        "network": case.network.name,
        "point": case.point,
        "flags": library_settings(case.point["threads"]),
    }
    chosen = [
        name
        for name in case.network.peers
        if (options.peers is None or name in options.peers)
        and not (options.quick and PEERS[name].compiles)
    ]
    repetitions = options.repetitions or (
        QUICK_REPETITIONS if options.quick else case.network.repetitions or REPETITIONS
    )
    with tempfile.TemporaryDirectory() as directory:
        artefact = str(Path(directory, "network.so"))
        common = {
            "artefact": artefact,
            "quick": options.quick,
            "seed": options.seed,
            "without": options.without,
        }
        timing = {
            "peers": chosen,
            "repetitions": repetitions,
            "inputs": options.inputs,
        }
        data = options.data or DATA
        found = run_child("time", case, description, data, {**common, **timing})
        if isinstance(found, str):
            return {**result, "error": found}
        if "skipped" in found and options.data:
            # Not everybody has these files, but who names a directory means it.
            return {**result, "error": f"{found['skipped']} in {options.data}"}
        result.update(found)
        if "error" in found or not Path(artefact).exists():
            return result
        if (
            options.instructions
            and case.network.instructions
            and case.point["batch"] == case.point["threads"] == 1
        ):
            log("  volley: instructions")
            counted = run_child("instructions", case, description, data, common)
            if isinstance(counted, str) or "error" in counted:
                reason = counted if isinstance(counted, str) else counted["error"]
                log(f"  instructions are not counted: {reason}")
            else:
                result["runners"]["volley"].update(instructions=counted["instructions"])
        if options.quick:
            return result
        for name in case.network.memory:
            if name != "volley" and name not in chosen:
                continue
            log(f"  {name}: memory")
            more = {**common, "runner": name}
            memory = run_child("memory", case, description, data, more)
            if isinstance(memory, str):
                memory = {"error": memory}
            result["runners"][name]["memory"] = memory
    return result


def describe_run(options, started, load):
    import volley

    return {
        "format": schema.FORMAT,
        "started": started,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe_machine(),
        "versions": {"volley": volley.__version__, **machine.describe_versions()},
        # The commit of what was measured, which may be another checkout's.
        "volley": machine.describe_commit(Path(volley.__file__).resolve().parent),
        "suite": machine.describe_commit(HERE),
        "load": {"before": load, "after": os.getloadavg()[0]},
        "options": {
            "quick": options.quick,
            "repetitions": options.repetitions,
            "inputs": options.inputs,
            "seed": options.seed,
            "without": options.without,
            "peers": options.peers,
            "instructions": options.instructions,
        },
    }


def describe_row(report):
    """What a row says of the run, so that it can be read alone."""
    known = report["machine"]
    versions = report["versions"].items()
    return {
        "started": report["started"],
        "commit": report["volley"]["commit"],
        "machine": f"{known['cpu']}, {known['cores']} cores, {known['memory_gb']} GB",
        "isa": " ".join(known["isa"]),
        "versions": " ".join(f"{name}={version}" for name, version in versions),
    }


def write_csv(path, report):
    """One row per case and runner."""
    run = describe_row(report)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, CSV_FIELDS, extrasaction="ignore")
        writer.writeheader()
        for result in report["results"]:
            flags = result.get("flags", {}).items()
            common = {**run, "case": result["case"], "network": result["network"]}
            common.update(result["point"], title=result["title"])
            common["flags"] = " ".join(f"{name}={value}" for name, value in flags)
            if "runners" not in result:
                status = "skipped" if "skipped" in result else "failed"
                reason = result.get("skipped") or result["error"]
                writer.writerow({**common, "status": status, "reason": reason})
                continue
            for name, entry in result["runners"].items():
                row = {**common, **entry, "runner": name}
                if "seconds" in entry:
                    for key in ("median", "q1", "q3", "min"):
                        row[f"{key}_ms"] = f"{entry['seconds'][key] * 1e3:.6g}"
                    row["count"] = entry["seconds"]["count"]
                if "ratio" in entry:
                    row["ratio"] = f"{entry['ratio']['median']:.4g}"
                    row["ratio_q1"] = f"{entry['ratio']['q1']:.4g}"
                    row["ratio_q3"] = f"{entry['ratio']['q3']:.4g}"
                if "prepare_seconds" in entry:
                    row["prepare_s"] = f"{entry['prepare_seconds']:.3f}"
                if "peak_bytes" in entry.get("memory", {}):
                    row["peak_mb"] = f"{entry['memory']['peak_bytes'] / 1e6:.1f}"
                    row["mean_mb"] = f"{entry['memory']['mean_bytes'] / 1e6:.1f}"
                if name == "volley":
                    for key in ("equals_interpreter", "mean_rate", "spikes_per_second"):
                        row[key] = result.get(key, "")
                    for key in ("startup", "saved_startup", "python_startup", "c_call"):
                        if seconds := result.get(f"{key}_seconds"):
                            row[f"{key}_ms"] = f"{seconds['median'] * 1e3:.6g}"
                    if "speedup" in result:
                        row["speedup"] = f"{result['speedup']['median']:.4g}"
                    for key, seconds in result.get("step_seconds", {}).items():
                        row[f"step_{key}_ms"] = f"{seconds * 1e3:.6g}"
                writer.writerow(row)


def read_finished(path, options):
    """What an earlier run measured, if machine, commit and options are the same."""
    if not path.exists():
        return []
    report = read_results(path)
    now = describe_run(options, "", 0)
    for key in ("format", "machine", "versions", "volley", "options"):
        if report.get(key) != now[key]:
            raise DescriptionError(f"--resume: {path} has another {key}")
    return [
        result
        for result in report["results"]
        if "error" not in result and "skipped" not in result
    ]


def list_runners(result):
    """Its runners, or one that failed if there are none because the case did."""
    failed = {"case": {"status": "failed"}} if "error" in result else {}
    return result.get("runners", failed)


def lacks_peers(results):
    """Whether peers are missing, and none was there."""
    found = {
        entry["status"]
        for result in results
        for name, entry in result.get("runners", {}).items()
        if name != "volley"
    }
    return "missing" in found and "ok" not in found


def print_result(result):
    if "error" in result:
        log(f"  failed: {result['error']}")
        return
    if "skipped" in result:
        log(f"notice: {result['case']}: skipped: {result['skipped']}")
        return
    for name, entry in result["runners"].items():
        if entry.get("status") != "ok":
            log(f"  {name:16} {entry.get('status')}: {entry.get('reason', '')}")
            continue
        seconds = entry["seconds"]
        text = (
            f"  {name:16} {seconds['median'] * 1e3:10.4g} ms "
            f"({seconds['q1'] * 1e3:.4g} to {seconds['q3'] * 1e3:.4g})"
        )
        if "ratio" in entry:
            text += (
                f"   {entry['ratio']['median']:8.2f} x   "
                f"{entry['differing']} of {entry['cells']} cells differ"
            )
        log(text)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # utils/benchmark must know them by their names.
        allow_abbrev=False,
    )
    parser.add_argument(
        "patterns", nargs="*", help='cases: "mlp", "mlp batch=1"; default: all'
    )
    parser.add_argument("--list", action="store_true", help="list the cases and end")
    parser.add_argument(
        "--peers", nargs="*", metavar="PEER", help="only these (none: Volley alone)"
    )
    parser.add_argument("--threads", type=int, help="only cases with so many threads")
    parser.add_argument("--repetitions", type=int, help=f"turns ({REPETITIONS})")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_REPETITIONS} turns, without memory, heavy networks, and peers "
        "that compile for long",
    )
    parser.add_argument(
        "--instructions",
        action="store_true",
        help="count those of small networks with valgrind, for noisy clocks",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="keep what the output has, and measure only cases that it lacks",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="PASS",
        help="leave out an optional pass of the compiler",
    )
    parser.add_argument(
        "--inputs", type=int, help="different ones in a turn (one for each call)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of inputs (0)")
    parser.add_argument(
        "--data",
        type=Path,
        help="files of others; default: ../shared/data beside the checkout, and cases "
        "whose files are not there are skipped",
    )
    parser.add_argument(
        "--networks", type=Path, help="another directory of descriptions"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("benchmark-results"),
        help="directory of results.json and results.csv (benchmark-results)",
    )
    options = parser.parse_args()
    if options.repetitions is not None and options.repetitions < 3:
        parser.error("--repetitions: expects at least 3")
    for name in ("inputs", "threads"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            parser.error(f"--{name}: expects at least 1")
    for name in options.peers or ():
        if name not in PEERS:
            parser.error(f"there is no peer {name!r}; there are {', '.join(PEERS)}")
    if options.data:
        # Children run in another directory than this process.
        options.data = options.data.absolute()
        if not options.data.is_dir():
            parser.error(f"--data: there is no directory {options.data}")
    return parser, options


def main():
    parser, options = parse_arguments()
    if find_spec("volley") is None:
        parser.error("there is no package volley; PYTHONPATH=build/python has it")
    directory = options.networks or HERE / "networks"
    try:
        networks = load_networks(directory, PEERS, WORKLOADS)
        cases = select_cases(networks, options.patterns)
    except DescriptionError as error:
        parser.error(str(error))
    if options.threads:
        cases = [case for case in cases if case.point["threads"] == options.threads]
    if options.quick and not options.patterns:
        cases = [case for case in cases if not case.network.heavy]
    if not cases:
        parser.error("no case is left")
    if options.without:
        try:
            check_passes(options.without)
        except ValueError as error:
            parser.error(f"--without: {error}")
    if options.list:
        for case in cases:
            print(case.name)
        return 0
    descriptions = {
        data["name"]: data
        for data in (
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(Path(directory).glob("*.json"))
        )
    }
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    load, begin = os.getloadavg()[0], time.perf_counter()
    results = []
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        if options.resume:
            results = read_finished(options.output / "results.json", options)
        else:
            (options.output / "results.json").unlink(missing_ok=True)
    except (DescriptionError, FileError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"--output: {error.filename}: {error.strerror}")
    if options.resume:
        done = {result["case"] for result in results}
        cases = [case for case in cases if case.name not in done]
    for i, case in enumerate(cases):
        log(f"[{i + 1}/{len(cases)}, {time.perf_counter() - begin:.0f} s] {case.name}")
        before = os.getloadavg()[0]
        result = measure(case, descriptions[case.network.name], options)
        result["title"] = case.network.title
        result["load"] = {"before": before, "after": os.getloadavg()[0]}
        print_result(result)
        results.append(result)
        # After each case: a run that is stopped has what it measured.
        report = {**describe_run(options, started, load), "results": results}
        try:
            write_atomically(
                options.output / "results.json", json.dumps(report, indent=1) + "\n"
            )
            write_csv(options.output / "results.csv", report)
        except (FileError, OSError) as error:
            log(f"error: {error}")
            return 1
    failed = [
        f"{result['case']}: {name}"
        for result in results
        for name, entry in list_runners(result).items()
        if entry.get("status") in ("failed", "differs")
        # Not everybody has all peers, but who names one means it.
        or (entry.get("status") == "missing" and options.peers)
    ] + [
        f"{result['case']}: other bits than the interpreter"
        for result in results
        if result.get("equals_interpreter") is False
    ]
    for text in failed:
        log(f"failed: {text}")
    if not failed and lacks_peers(results):
        log(
            "notice: no peer is installed; benchmarks/requirements.txt lists them, and "
            "utils/benchmark has them in an environment of their own"
        )
    print(options.output / "results.json")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
