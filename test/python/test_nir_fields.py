# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every form in which files hold parameters, weights and shapes."""

import h5py
import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, evaluate, notes_of
from laws import eighths, spikes
from networks import (
    ASSUMED,
    BASE_BIAS,
    BASE_LIF,
    BASE_NODES,
    BASE_WEIGHT,
    DT,
    assert_base_result,
    base,
    feed,
)
from nirfile import chain, graph, neuron, neurons, node, simple, terminal


@pytest.mark.parametrize("storage", ["gzip", "contiguous", "big-endian"])
@pytest.mark.parametrize("libver", ["v108", "v110"])
def test_storage(write_nir, storage, libver):
    path = write_nir(base(), storage=storage, libver=("earliest", libver))
    assert_base_result(volley.load(path, **ASSUMED))


def test_chunked_shuffled_checksummed_weights(load):
    def store(group, name):
        group.create_dataset(
            name,
            data=BASE_WEIGHT,
            chunks=(2, 3),
            compression="gzip",
            shuffle=True,
            fletcher32=True,
        )

    fc = node("Affine", weight=store, bias=BASE_BIAS)
    assert_base_result(load(base(fc=fc), **ASSUMED))


def test_compact_weights(load):
    def store(group, name):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple(BASE_WEIGHT.shape)
        kind = h5py.h5t.py_create(BASE_WEIGHT.dtype)
        made = h5py.h5d.create(group.id, name.encode(), kind, space, properties)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, BASE_WEIGHT)

    fc = node("Affine", weight=store, bias=BASE_BIAS)
    assert_base_result(load(base(fc=fc), **ASSUMED))


@pytest.mark.parametrize(
    "options", [{"track_order": True}, {"userblock_size": 512}], ids=str
)
def test_file_options(write_nir, options):
    assert_base_result(volley.load(write_nir(base(), **options), **ASSUMED))


@pytest.mark.parametrize("version", [None, "0.2.0", "1.0.8", "2.0.0"])
def test_versions(write_nir, version):
    assert_base_result(volley.load(write_nir(base(), version=version), **ASSUMED))


def test_fixed_length_strings(write_nir):
    def edit(file):
        for name in BASE_NODES:
            member = file["node/nodes"][name]
            text = member["type"][()]
            del member["type"]
            member.create_dataset("type", data=np.bytes_(text))
        edges = np.array(chain(*BASE_NODES), dtype="S16")
        del file["node/edges"]
        file["node"].create_dataset("edges", data=edges)

    assert_base_result(volley.load(write_nir(base(), edit=edit), **ASSUMED))


def test_metadata_attributes_and_other_datasets(write_nir):
    def edit(file):
        file.attrs["origin"] = "a test"
        file["node"].create_group("metadata").create_dataset("epoch", data=7)
        lif = file["node/nodes/lif"]
        lif.attrs["note"] = [1, 2]
        lif.create_group("metadata").create_dataset("list", data=np.arange(3))
        file.create_dataset("log", data=np.zeros(3))

    report = volley.check(write_nir(base(), edit=edit), **ASSUMED)
    assert report["accepted"]
    assert {entry["status"] for entry in report["nodes"]} == {"supported"}


def test_unknown_field_is_named(check):
    lif = BASE_LIF.replaced(comment="hello", v_peak=np.ones(6))
    report = check(base(lif=lif), **ASSUMED)
    assert report["accepted"]
    status, text = notes_of(report, "lif")
    assert status == "assumed"
    assert "'comment'" in text
    assert "'v_peak'" in text


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, ">f4", ">f8"], ids=str
)
def test_float_types_of_parameters(load, dtype):
    lif = node("LIF", **{k: v.astype(dtype) for k, v in BASE_LIF.fields.items()})
    fc = node("Affine", weight=BASE_WEIGHT.astype(dtype), bias=BASE_BIAS.astype(dtype))
    assert_base_result(load(base(lif=lif, fc=fc), **ASSUMED))


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", ">i4", "i8", "u8"])
def test_integer_types_of_parameters(run, dtype):
    weight = np.arange(8).reshape(2, 4) % 3
    lif = neuron("LIF", r=2.0, v_threshold=1.0)
    numbers = {k: v for k, v in lif.fields.items() if k != "tau"}
    lif = lif.replaced(**{k: np.full(2, v, dtype) for k, v in numbers.items()})
    net = graph(
        {
            "input": terminal("Input", 4),
            "fc": node("Affine", weight=weight.astype(dtype), bias=np.ones(2, dtype)),
            "lif": lif,
            "output": terminal("Output", 2),
        }
    )
    x = spikes((6, 2, 4))
    y, _ = run(net, x, **ASSUMED)
    drive = laws.dense(x, weight, np.ones(2))
    assert y.any()
    assert_equal(y, laws.run_neurons("LIF", lif.fields, drive, DT)[0])


def test_types_mixed_in_one_node(load):
    fields = BASE_LIF.fields
    lif = BASE_LIF.replaced(
        tau=fields["tau"].astype(np.float64),
        r=fields["r"].astype(np.int64),
        v_leak=fields["v_leak"].astype(bool),
        v_threshold=fields["v_threshold"].astype(np.uint8),
        v_reset=fields["v_reset"].astype(np.float16),
    )
    assert_base_result(load(base(lif=lif), **ASSUMED))


def test_f32_parameter_is_widened_exactly(load):
    """0.1 as f32 is not 0.1: an f64 network must see the number in the file."""
    lif = neurons("LIF", 1, v_threshold=np.float32(0.1))
    net = load(simple(lif, 1), precision="f64", **ASSUMED)
    drive = 4 * np.array([np.float64(np.float32(0.1)), 0.1, 0.0])
    x = np.concatenate([[drive[0]], [np.nextafter(drive[0], 1)]]).reshape(2, 1, 1)
    first, _ = evaluate(net, x[:1])
    second, _ = evaluate(net, x[1:])
    assert first.item() == 0
    assert second.item() == 1


@pytest.mark.parametrize(
    "form",
    [
        lambda v: v[0],
        lambda v: v[:1],
        lambda v: v.reshape(1, 6),
        lambda v: v.reshape(1, 1, 6),
    ],
    ids=["0-d", "(1,)", "(1, 6)", "(1, 1, 6)"],
)
def test_shapes_of_parameters(load, form):
    lif = node("LIF", **{name: form(v) for name, v in BASE_LIF.fields.items()})
    assert_base_result(load(base(lif=lif), **ASSUMED))


def test_scalars_and_arrays_mixed_in_one_node(load):
    lif = BASE_LIF.replaced(tau=BASE_LIF.fields["tau"][0], v_leak=np.zeros(1))
    assert_base_result(load(base(lif=lif), **ASSUMED))


def test_parameter_per_channel(run, check):
    """[C, 1, 1] over [C, H, W]."""
    threshold = np.array([0.5, 1.0, 1.5]).reshape(3, 1, 1)
    lif = neuron("LIF", r=2.0, v_threshold=threshold)
    net = simple(lif, (3, 2, 2))
    x = eighths((6, 2, 3, 2, 2), low=0)
    y, _ = run(net, x, **ASSUMED)
    assert_equal(y, laws.run_neurons("LIF", lif.fields, x, DT)[0])
    status, text = notes_of(check(net, **ASSUMED), "node")
    assert status == "assumed"
    assert "v_threshold" in text


def test_written_files_have_the_declared_storage(write_nir):
    """The tests above test what they say."""
    kinds = {}
    for storage in ("gzip", "contiguous", "big-endian"):
        with h5py.File(write_nir(base(), storage=storage)) as file:
            weight = file["node/nodes/fc/weight"]
            kinds[storage] = (weight.compression, weight.dtype.str)
    assert kinds == {
        "gzip": ("gzip", "<f4"),
        "contiguous": (None, "<f4"),
        "big-endian": (None, ">f4"),
    }


# Shapes of terminals and weights


@pytest.mark.parametrize(
    "changes",
    [
        {"output": terminal("Output", 1, 1, 3)},
        {"output": terminal("Output", 1, 3)},
        {"input": terminal("Input", 1, 4), "output": terminal("Output", 1, 3)},
        {"input": terminal("Input", 1, 1, 4)},
        {"input": terminal("Input", 16, 4), "output": terminal("Output", 16, 3)},
    ],
    ids=["output-rank-3", "output-rank-2", "batch", "time-and-batch", "batch-of-16"],
)
def test_terminals_with_more_dimensions(load, check, changes):
    net = load(base(**changes), **ASSUMED)
    assert net.inputs == {"input": ((4,), "float32")}
    assert net.outputs == {"output": ((3,), "float32")}
    assert_base_result(net)
    report = check(base(**changes), **ASSUMED)
    for name in changes:
        status, text = notes_of(report, name)
        assert status == "assumed"
        assert "is taken" in text


def test_output_of_another_size_is_refused(load):
    with pytest.raises(volley.CompileError, match="'output'.*\\[7\\].*\\[3\\]"):
        load(base(output=terminal("Output", 7)), **ASSUMED)


def test_transposed_weight(load, check):
    fc = node("Affine", weight=BASE_WEIGHT.T.copy(), bias=BASE_BIAS)
    assert_base_result(load(base(fc=fc), **ASSUMED))
    status, text = notes_of(check(base(fc=fc), **ASSUMED), "fc")
    assert status == "assumed"
    assert "transposed" in text


def test_square_weight_is_never_transposed(run):
    weight = eighths((3, 3), seed=4)
    x = eighths((4, 2, 3))
    assert_equal(feed(run, node("Linear", weight=weight), x), laws.dense(x, weight))


def test_input_is_flattened_for_an_affine(run, check):
    weight = eighths((2, 12), seed=4)
    net = simple(node("Linear", weight=weight), (3, 4), 2)
    x = eighths((4, 2, 3, 4))
    y, _ = run(net, x, **ASSUMED)
    assert_equal(y, laws.dense(x.reshape(4, 2, 12), weight))
    assert notes_of(check(net, **ASSUMED), "node")[0] == "assumed"


def test_scalar_network(run):
    """An input of shape [1], the least that NIR files hold."""
    x = eighths((5, 2, 1))
    assert_equal(feed(run, node("Linear", weight=np.array([[2.0]])), x), 2 * x)
