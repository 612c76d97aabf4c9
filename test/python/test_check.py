# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What volley.check() says of every node."""

import numpy as np

from checks import model_notes, notes_of
from networks import ASSUMED, BASE_BIAS, BASE_LIF, BASE_NODES, DT, base
from nirfile import node


def test_check_of_a_file_that_says_everything(check):
    report = check(base(), **ASSUMED)
    assert report["accepted"] is True
    assert [entry["name"] for entry in report["nodes"]] == sorted(BASE_NODES)
    assert {e["name"]: e["type"] for e in report["nodes"]} == {
        name: member.type for name, member in BASE_NODES.items()
    }
    assert {entry["status"] for entry in report["nodes"]} == {"supported"}
    assert report["model"]["notes"] == []


def test_check_names_every_assumption(check):
    report = check(base())
    assert report["accepted"] is True
    statuses = {entry["name"]: entry["status"] for entry in report["nodes"]}
    assert statuses.pop("lif") == "assumed"
    assert set(statuses.values()) == {"supported"}
    assert "profile" in notes_of(report, "lif")[1]
    assert "dt" in model_notes(report)


def test_check_lists_every_refused_node(check):
    lif = BASE_LIF.replaced(tau=np.full(6, -1.0))
    readout = node("Linear", weight=np.ones(18))
    report = check(base(lif=lif, readout=readout), **ASSUMED)
    assert report["accepted"] is False
    assert notes_of(report, "lif")[0] == "refused"
    assert notes_of(report, "readout")[0] == "refused"
    assert notes_of(report, "fc")[0] == "supported"


def test_check_lists_wrong_values_of_several_nodes(check):
    lif = BASE_LIF.replaced(tau=np.full(6, -1.0))
    weights = np.full((6, 4), np.nan)
    fc = node("Affine", weight=weights, bias=BASE_BIAS)
    report = check(base(fc=fc, lif=lif), **ASSUMED)
    assert notes_of(report, "lif")[0] == "refused"
    assert notes_of(report, "fc")[0] == "refused"


def test_every_neuron_has_a_remark_about_its_reset(load):
    """NIR has no reset kind: what was taken is said, assumed or not."""
    for settings in ({}, {"profile": "norse"}):
        remarks = load(base(), dt=DT, **settings).remarks
        about = [text for text in remarks if "node 'lif'" in text]
        assert len(about) == 1
        assert "reset zero" in about[0]
        assert ("assumed" in about[0]) == (not settings)
