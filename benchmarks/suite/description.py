# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the files in benchmarks/networks say, checked, and the cases they stand for."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.machine import ISA_FLAGS

NETWORKS = Path(__file__).resolve().parents[1] / "networks"
SUM_LAWS = ("ascending", "exact")
# Axes that every case has, and what they are if a description does not say.
AXES = {
    "batch": [1],
    "steps": [1],
    "density": [None],
    "threads": [1],
    "sum": ["ascending"],
}


@dataclass(frozen=True)
class Measure:
    """What a limit can be about; `unit` is that of its bound."""

    title: str
    unit: str
    is_least: bool = False


MEASURES = {
    "time": Measure("time of a call", "us"),
    "c_call": Measure("time of a call from C", "us"),
    "memory": Measure("peak memory less the model's file", "MB"),
    "startup": Measure("from file of IR to first result, new process", "ms"),
    "saved_startup": Measure("from artefact to first result, new process", "ms"),
    "python_startup": Measure("the same from Python, with its start and NumPy's", "ms"),
    "threads": Measure("threads against one", "x", is_least=True),
}


class DescriptionError(ValueError):
    """A file of the suite is wrong; the message names file and key."""


@dataclass(frozen=True)
class Goal:
    """How much faster than some peers a network should be.

    Attributes:
        where: the axes' values of the cases that it is about.
        against: names of peers, of which the fastest counts.
        ratio, stretch: time of that peer divided by Volley's.
        needs: the instruction set of the machines that it is about; None: all.
    """

    where: dict[str, Any]
    against: tuple[str, ...]
    ratio: float
    stretch: float | None = None
    needs: str | None = None

    def matches(self, point: dict[str, Any]) -> bool:
        return all(point.get(axis) in values for axis, values in self.where.items())


@dataclass(frozen=True)
class Limit:
    """A bound of what is measured of Volley alone.

    Attributes:
        where: the axes' values of the cases that it is about.
        measure: a name of MEASURES.
        bound, stretch: the most it may be, or of the ratios the least.
        needs: as of goals.
    """

    where: dict[str, Any]
    measure: str
    bound: float
    stretch: float | None = None
    needs: str | None = None

    matches = Goal.matches

    @property
    def is_least(self) -> bool:
        return MEASURES[self.measure].is_least


@dataclass(frozen=True)
class Case:
    """A network at one point of its axes."""

    network: Network
    point: dict[str, Any]

    @property
    def name(self) -> str:
        """The network and what is varied of it: "mlp batch=1"."""
        shown = [f"{axis}={self.point[axis]}" for axis in self.network.varied]
        return " ".join([self.network.name, *shown])

    @property
    def goals(self) -> list[Goal]:
        return [goal for goal in self.network.goals if goal.matches(self.point)]

    @property
    def limits(self) -> list[Limit]:
        return [limit for limit in self.network.limits if limit.matches(self.point)]


@dataclass(frozen=True)
class Network:
    """A file of benchmarks/networks.

    Attributes:
        workload: which class of suite.workloads makes it.
        settings: that class's arguments.
        axes: values that are varied; each combination is a case.
        tolerance: the share of output cells that may differ from a peer's.
        heavy: left out of --quick runs that name no network.
        step_times: each step is timed by itself, too.
        startup: new processes are timed from a file of IR to the first result, and
            from an artefact, by snn-run and from Python.
        c_call: what a call costs from C is timed by volley-bench-call.
        instructions: --instructions counts those of its cases with batch 1.
        memory: names of runners whose memory is measured, each in its own process.
    """

    name: str
    title: str
    workload: str
    settings: dict[str, Any]
    axes: dict[str, list]
    peers: tuple[str, ...]
    tolerance: float = 0.01
    repetitions: int | None = None
    heavy: bool = False
    step_times: bool = False
    instructions: bool = False
    startup: bool = False
    c_call: bool = False
    memory: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = field(default=())
    limits: tuple[Limit, ...] = field(default=())

    def cases(self) -> list[Case]:
        """In the order of the file: its last axis varies first."""
        axes = {**self.axes, **{a: v for a, v in AXES.items() if a not in self.axes}}
        return [
            Case(self, dict(zip(axes, values)))
            for values in itertools.product(*axes.values())
        ]

    @property
    def varied(self) -> list[str]:
        """The axes that tell its cases apart."""
        return [axis for axis, values in self.axes.items() if len(values) > 1]

    def describe_point(self, point: dict[str, Any]) -> str:
        """What distinguishes a case from the others."""
        shown = [f"{axis.replace('_', ' ')} {point[axis]}" for axis in self.varied]
        return ", ".join(shown) or "all"


def _expect(condition, where, text):
    if not condition:
        raise DescriptionError(f"{where}: {text}")


def _take(data, where, required, optional):
    """Checks names and types of the keys of an object."""
    _expect(isinstance(data, dict), where, "expects an object")
    for key in required:
        _expect(key in data, where, f"{key!r} is missing")
    for key, value in data.items():
        kind = {**required, **optional}.get(key)
        _expect(kind is not None, where, f"there is no key {key!r}")
        number = kind is float and isinstance(value, int)
        right = (isinstance(value, kind) or number) and (
            kind is bool or not isinstance(value, bool)
        )
        _expect(
            right,
            where,
            f"{key!r}: expects {kind.__name__}, but got {type(value).__name__}",
        )


def _names(values, where, key, known=None):
    for value in values:
        _expect(isinstance(value, str), where, f"{key!r}: expects names")
        _expect(
            known is None or value in known,
            where,
            f"{key!r}: there is no {value!r}; there are {', '.join(known or ())}",
        )
    _expect(len(set(values)) == len(values), where, f"{key!r}: a name is there twice")
    return tuple(values)


def _check_axes(axes, where):
    for axis, values in axes.items():
        place = f"{where}: axis {axis!r}"
        _expect(isinstance(values, list) and values, place, "expects a list of values")
        _expect(
            len(set(map(repr, values))) == len(values), place, "a value is there twice"
        )
        for value in values:
            if axis == "sum":
                known = ", ".join(SUM_LAWS)
                _expect(value in SUM_LAWS, place, f"there is no law {value!r}: {known}")
            elif axis == "density":
                _expect(
                    isinstance(value, (int, float)) and 0 <= value <= 1,
                    place,
                    f"expects a share from 0 to 1, but got {value!r}",
                )
            elif axis in AXES:
                _expect(
                    isinstance(value, int) and value >= 1,
                    place,
                    f"expects a positive integer, but got {value!r}",
                )


def _parse_where(data, where, axes):
    conditions = {}
    for axis, values in data.get("where", {}).items():
        values = values if isinstance(values, list) else [values]
        _expect(axis in axes, where, f"there is no axis {axis!r}")
        for value in values:
            _expect(value in axes[axis], where, f"axis {axis!r} has no {value!r}")
        conditions[axis] = values
    return conditions


def _parse_needs(data, where):
    needs = data.get("needs")
    _expect(
        needs is None or needs in ISA_FLAGS,
        where,
        f"'needs': there is no {needs!r}; there are {', '.join(ISA_FLAGS)}",
    )
    return needs


def _parse_goal(data, where, axes, peers):
    required = {"against": list, "ratio": float}
    _take(data, where, required, {"where": dict, "stretch": float, "needs": str})
    against = _names(data["against"], where, "against", peers)
    _expect(against, where, "'against': expects a peer")
    _expect(data["ratio"] > 0, where, "'ratio': expects a positive number")
    needs = _parse_needs(data, where)
    conditions = _parse_where(data, where, axes)
    return Goal(conditions, against, data["ratio"], data.get("stretch"), needs)


def _parse_limit(data, where, axes):
    required = {"measure": str, "bound": float}
    _take(data, where, required, {"where": dict, "stretch": float, "needs": str})
    measure = data["measure"]
    _expect(
        measure in MEASURES,
        where,
        f"there is no measure {measure!r}; there are {', '.join(MEASURES)}",
    )
    needs = _parse_needs(data, where)
    conditions = _parse_where(data, where, axes)
    return Limit(conditions, measure, data["bound"], data.get("stretch"), needs)


def parse_network(data: Any, where: str, peers=None, workloads=None) -> Network:
    """A description from parsed JSON.

    Args:
        where: the file, for messages.
        peers, workloads: the names that there are; without them any will do.
    """
    _take(
        data,
        where,
        {
            "name": str,
            "title": str,
            "workload": str,
            "settings": dict,
            "axes": dict,
            "peers": list,
        },
        {
            "tolerance": float,
            "repetitions": int,
            "heavy": bool,
            "step_times": bool,
            "instructions": bool,
            "memory": list,
            "goals": list,
            "limits": list,
            "startup": bool,
            "c_call": bool,
        },
    )
    _expect(
        workloads is None or data["workload"] in workloads,
        where,
        f"there is no workload {data['workload']!r}; there are "
        f"{', '.join(workloads or ())}",
    )
    _check_axes(data["axes"], where)
    names = _names(data["peers"], where, "peers", peers)
    memory = _names(data.get("memory", []), where, "memory", ("volley", *names))
    tolerance = data.get("tolerance", 0.01)
    _expect(0 <= tolerance < 1, where, "'tolerance': expects a share from 0 to 1")
    repetitions = data.get("repetitions")
    _expect(
        repetitions is None or repetitions >= 3,
        where,
        "'repetitions': expects 3 or more",
    )
    axes = {**AXES, **data["axes"]}
    goals = tuple(
        _parse_goal(goal, f"{where}: goal {i}", axes, names)
        for i, goal in enumerate(data.get("goals", []))
    )
    limits = tuple(
        _parse_limit(limit, f"{where}: limit {i}", axes)
        for i, limit in enumerate(data.get("limits", []))
    )
    return Network(
        name=data["name"],
        title=data["title"],
        workload=data["workload"],
        settings=data["settings"],
        axes=data["axes"],
        peers=names,
        tolerance=tolerance,
        repetitions=repetitions,
        heavy=data.get("heavy", False),
        step_times=data.get("step_times", False),
        instructions=data.get("instructions", False),
        startup=data.get("startup", False),
        c_call=data.get("c_call", False),
        memory=memory,
        goals=goals,
        limits=limits,
    )


def load_networks(
    directory: Path = NETWORKS, peers=None, workloads=None
) -> list[Network]:
    """All descriptions of a directory, in the order of their file names."""
    networks = []
    for path in sorted(Path(directory).glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise DescriptionError(f"{path.name}: {error}") from None
        network = parse_network(data, path.name, peers, workloads)
        for other in networks:
            _expect(
                other.name != network.name,
                path.name,
                f"there is a network {network.name!r} already",
            )
        networks.append(network)
    _expect(networks, directory, "there is no description")
    return networks


def select_cases(networks: list[Network], patterns: list[str]) -> list[Case]:
    """Cases that have every word of some pattern, or all of them.

    A word AXIS=VALUE is one of the case's name; another is a network's name, or a part
    of the names of several.
    """
    cases = [case for network in networks for case in network.cases()]
    names = {network.name for network in networks}
    if not patterns:
        return cases

    def matches(case, pattern):
        words = case.name.split()
        return all(
            word in words if "=" in word or word in names else word in words[0]
            for word in pattern.split()
        )

    chosen = []
    for pattern in patterns:
        found = [case for case in cases if matches(case, pattern)]
        if not found:
            raise DescriptionError(
                f"no case matches {pattern!r}; networks: {', '.join(sorted(names))}"
            )
        chosen += [case for case in found if case not in chosen]
    return [case for case in cases if case in chosen]
