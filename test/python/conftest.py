# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixtures of the Python tests.

The package comes from PYTHONPATH; the tools from the directory that the
environment variable VOLLEY_TOOLS names, or build/bin. Tests that use data of
third parties find it beside the repository and are skipped without it.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

import volley

import nirfile
from checks import evaluate

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
TOOLS = Path(os.environ.get("VOLLEY_TOOLS") or REPOSITORY / "build" / "bin")


def pytest_addoption(parser):
    parser.addoption(
        "--nightly", action="store_true", help="run the tests that take minutes too"
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "shared_data: needs the data of third parties in ../shared/data"
    )
    config.addinivalue_line("markers", "nightly: takes minutes; needs --nightly")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="../shared/data is absent"))
        if item.get_closest_marker("nightly") and not config.getoption("--nightly"):
            item.add_marker(pytest.mark.skip(reason="needs --nightly"))


@pytest.fixture(scope="session")
def shared_data():
    return SHARED_DATA


@pytest.fixture(scope="session")
def run_tool():
    """run_tool("snn-compile", ...) gives the finished process, text captured."""

    def run(tool, *arguments, timeout=60, **options):
        return subprocess.run(
            [str(TOOLS / tool), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            **options,
        )

    return run


@pytest.fixture
def files(tmp_path):
    """files(data, name) gives the path of a file of JSON in a directory of the test."""

    def write(data, name="results.json"):
        path = tmp_path / name
        path.write_text(json.dumps(data))
        return path

    return write


@pytest.fixture
def write_nir(tmp_path):
    """write_nir(graph) gives the path of a file in a directory of the test."""

    def write(net, name="model.nir", **options):
        return nirfile.write(tmp_path / name, net, **options)

    return write


@pytest.fixture
def load(write_nir):
    """load(graph, profile=..., ...) writes the file and loads it."""

    def load(net, **settings):
        return volley.load(write_nir(net), **settings)

    return load


@pytest.fixture
def check(write_nir):
    """check(graph, profile=..., ...) writes the file and gives the report."""

    def check(net, **settings):
        return volley.check(write_nir(net), **settings)

    return check


@pytest.fixture
def run(load):
    """run(graph, x, ...) loads and evaluates: (y, rec)."""

    def run(net, x, record=(), **settings):
        return evaluate(load(net, **settings), x, record)

    return run
