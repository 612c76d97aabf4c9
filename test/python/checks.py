# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What several test files ask of results."""

import numpy as np

import volley


def assert_identical(a, b):
    """The same types, shapes and bits, of arrays or dicts of them."""
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_identical(a[key], b[key])
        return
    assert a.dtype == b.dtype
    np.testing.assert_array_equal(a, b)
    if a.dtype.kind == "f":
        same_sign = np.signbit(a) == np.signbit(b)
        assert np.all(same_sign | np.isnan(a))


def evaluate(net, x, record=()):
    """(y, rec) of a network, compiled and interpreted, whose bits must agree."""
    y, rec = volley.compile(net, record=record).run(x, record=record)
    y_ref, rec_ref = volley.interpret(net, x, record=record)
    assert_identical(y, y_ref)
    assert_identical(rec, rec_ref)
    return y, rec


def assert_equal(actual, expected):
    """The same shape and numbers; types may differ."""
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    np.testing.assert_array_equal(actual.astype(float), expected.astype(float))


def assert_close(actual, expected, tolerance=1e-12):
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def notes_of(report, name):
    """(status, text of all notes) of a node in a report of volley.check()."""
    for entry in report["nodes"]:
        if entry["name"] == name:
            return entry["status"], "\n".join(note["text"] for note in entry["notes"])
    raise AssertionError(f"the report has no node {name!r}")


def model_notes(report):
    return "\n".join(note["text"] for note in report["model"]["notes"])
