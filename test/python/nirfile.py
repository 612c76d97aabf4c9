# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes NIR files with h5py, valid or not.

A node is ``node("LIF", tau=..., r=...)``, a graph ``graph(nodes, edges)``; a
graph among the nodes of another is a nested one. Fields may be anything that
h5py stores, or a function ``f(group, name)`` that writes the field itself.
"""

import h5py
import numpy as np

TEXT = h5py.string_dtype()


class Node:
    def __init__(self, type, fields):
        self.type = type
        self.fields = fields

    def replaced(self, **fields):
        """A copy with other fields; None takes one away."""
        merged = {**self.fields, **fields}
        return Node(self.type, {k: v for k, v in merged.items() if v is not None})


class Graph:
    def __init__(self, nodes, edges):
        self.nodes = dict(nodes)
        self.edges = list(edges)


def node(type, **fields):
    return Node(type, fields)


def graph(nodes, edges=None):
    """A graph; without edges, a chain in the order of its nodes."""
    return Graph(nodes, chain(*nodes) if edges is None else edges)


def chain(*names):
    return list(zip(names, names[1:]))


def terminal(type, *shape):
    return Node(type, {"shape": np.array(shape, np.int64)})


def neuron(type, **values):
    """A neuron node with values that are exact in binary; dt = 2^-10 fits them."""
    tau = 2.0**-8
    defaults = {
        "I": {"r": 1.0},
        "IF": {"r": 1.0, "v_threshold": 1.0, "v_reset": 0.0},
        "LI": {"tau": tau, "r": 1.0, "v_leak": 0.0},
        "LIF": {
            "tau": tau,
            "r": 1.0,
            "v_leak": 0.0,
            "v_threshold": 1.0,
            "v_reset": 0.0,
        },
        "CubaLI": {
            "tau_syn": tau / 2,
            "tau_mem": tau,
            "r": 1.0,
            "v_leak": 0.0,
            "w_in": 1.0,
        },
        "CubaLIF": {
            "tau_syn": tau / 2,
            "tau_mem": tau,
            "r": 1.0,
            "v_leak": 0.0,
            "w_in": 1.0,
            "v_threshold": 1.0,
            "v_reset": 0.0,
        },
    }
    return Node(type, defaults[type]).replaced(**values)


def neurons(type, size, **values):
    """As neuron(), with full arrays of `size` elements, as most files have."""
    one = neuron(type, **values)
    return Node(type, {k: np.resize(v, size) for k, v in one.fields.items()})


def simple(inner, size_in, size_out=None, names=("input", "node", "output")):
    """Input, one node, Output; sizes may be shapes."""
    shape_in = np.atleast_1d(size_in)
    shape_out = shape_in if size_out is None else np.atleast_1d(size_out)
    return graph(
        {
            names[0]: terminal("Input", *shape_in),
            names[1]: inner,
            names[2]: terminal("Output", *shape_out),
        }
    )


# Writing


def write(
    path, net, *, version="1.0.8", storage="contiguous", edit=None, **file_options
):
    """Writes `net`; ``edit(file)`` may damage it before it is closed.

    storage: "contiguous" (the fastest to write), "gzip" (as nir writes since
    2026), or "big-endian".
    """
    with h5py.File(path, "w", **file_options) as file:
        if version is not None:
            file.create_dataset("version", data=version, dtype=TEXT)
        _write_graph(file.create_group("node"), net, storage)
        if edit is not None:
            edit(file)
    return path


def _write_graph(group, net, storage):
    group.create_dataset("type", data="NIRGraph", dtype=TEXT)
    nodes = group.create_group("nodes")
    for name, member in net.nodes.items():
        inner = nodes.create_group(name)
        if isinstance(member, Graph):
            _write_graph(inner, member, storage)
            continue
        if member.type is not None:
            inner.create_dataset("type", data=member.type, dtype=TEXT)
        for field, value in member.fields.items():
            write_field(inner, field, value, storage)
    edges = np.array(net.edges, dtype=object).reshape(-1, 2)
    group.create_dataset("edges", data=edges, dtype=TEXT)


def write_field(group, name, value, storage="contiguous"):
    """Writes one field, replacing what is there."""
    if name in group:
        del group[name]
    if callable(value):
        value(group, name)
    elif isinstance(value, str):
        group.create_dataset(name, data=value, dtype=TEXT)
    elif isinstance(value, h5py.Empty):
        group.create_dataset(name, data=value)
    else:
        value = np.asarray(value)
        if storage == "big-endian":
            value = value.astype(value.dtype.newbyteorder(">"))
        if storage == "gzip" and value.ndim > 0 and value.size > 0:
            group.create_dataset(name, data=value, compression="gzip")
        else:
            group.create_dataset(name, data=value)
