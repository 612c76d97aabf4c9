# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What utils/test says of its parts."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "utils" / "run_tests.py"


@pytest.fixture
def runner(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("run_tests", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["run_tests.py"])
    return module


@pytest.mark.parametrize("failed", [0, 2])
def test_what_was_skipped_is_counted(runner, monkeypatch, capsys, failed):
    monkeypatch.setattr(runner, "run_lit", lambda _: runner.Counts(5, failed, 3))
    monkeypatch.setattr(runner, "run_pytest", lambda _: runner.Counts(7, 0, 4))
    monkeypatch.setattr(runner, "run_fuzzer", lambda _: runner.Counts(1))
    assert runner.main() == (failed > 0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"13 passed, {failed} failed"
    assert lines[-2].startswith("7 skipped")
    assert "3 not run here" in lines[-5] and "4 not run here" in lines[-4]
