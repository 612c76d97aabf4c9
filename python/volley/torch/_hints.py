# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ops that have no form in a network, and what could replace them."""

from __future__ import annotations

import re

import torch

_SOFTMAX = (
    "no spike-driven form; use softmax-free attention, such as q (k^T v) of spikes "
    "with a scale"
)

AUTOCAST = (
    "torch.autocast('{}') computes in {}, whose rounding a network does not follow; "
    "leave it out, or pass enabled=False"
)
DYNAMIC = (
    "the shape of a tensor depends on values; shapes are static in a network: use "
    "torch.where, or of a mask that is constant its indices, found when the module is "
    "made"
)

HINTS = {
    "softmax": f"softmax has {_SOFTMAX}",
    "_softmax": f"softmax has {_SOFTMAX}",
    "log_softmax": "leave log_softmax to what reads the network's output",
    "scaled_dot_product_attention": f"attention with softmax has {_SOFTMAX}",
    "gelu": "GELU is not spike-driven; use a spiking neuron, or ReLU",
    "silu": "SiLU is not spike-driven; use a spiking neuron, or ReLU",
    "elu": "ELU is not spike-driven; use a spiking neuron, or ReLU",
    "layer_norm": "layer norm depends on the values at run time; use batch norm, which "
    "is constant at inference",
    "group_norm": "group norm depends on the values at run time; use batch norm",
    "instance_norm": "instance norm depends on the values at run time; use batch norm",
    "rms_norm": "RMS norm depends on the values at run time; use batch norm",
    "dropout": "dropout is on even in eval(); use nn.Dropout, or pass "
    "training=self.training",
    "embedding": "an embedding reads by index; give the network the embedded input",
    "argmax": "leave argmax to what reads the network's output",
    "conv_transpose3d": "3-d transposed convolutions are not supported; use 1-d or 2-d",
    "conv3d": "3-d convolutions are not supported; use 1-d or 2-d",
    "lstm": "an LSTM is not a spiking neuron",
    "gru": "a GRU is not a spiking neuron",
    "vmap": "vmap: a function of single samples is not looked into; call it with the "
    "whole batch",
    "cond": "cond: what is computed depends on the values of a tensor; use torch.where",
}


# The same of modules, by their class.
MODULES = {
    torch.nn.MultiheadAttention: "nn.MultiheadAttention computes a softmax, which has "
    + _SOFTMAX,
}

# The same of families of ops, by a pattern of their names.
FAMILIES = {
    "rand|bernoulli|poisson|multinomial|normal_?$|exponential": "draws random numbers, "
    "which a network does not repeat; draw them outside, and give them as an input",
    "lstm|gru|rnn_": "a gated or rate-based recurrent cell is no spiking neuron; use a "
    "spiking one with recurrent weights",
    "^(mish|softplus|selu|celu|log_sigmoid|hard(swish|sigmoid|shrink)|softshrink)$": (
        "the activation is not spike-driven; use a spiking neuron, or ReLU"
    ),
    "quantize": "simulated quantization; convert the module without it",
    "loss|cross_entropy": "a loss is for training; leave it to what reads the output",
    "topk|sort|median|mode|quantile|unique|nonzero|bincount|histc": (
        "depends on the order of values at run time; leave it to what reads the "
        "network's output"
    ),
    "^(gather|scatter|one_hot|index_|take|searchsorted|bucketize|embedding)": (
        "reads or writes by an index that is computed; use a mask, torch.where, or a "
        "constant index"
    ),
    "pool": "this pool is not supported; use max, average or adaptive pools of 1 or 2 "
    "dimensions, without indices",
    "conv": "this convolution is not supported; use Conv1d or Conv2d",
    "fold|col2im": "sums of overlapping windows are not supported; use a transposed "
    "convolution",
    "upsample|interpolate|grid_sampl": "only nearest-neighbour upsampling by a whole "
    "factor is supported; use a transposed or a plain convolution",
    "^(var|std|norm|linalg_|cdist|cosine|pairwise|logsumexp)": (
        "a statistic of values at run time is not spike-driven; use batch norm"
    ),
    "^(is(inf|nan|finite|posinf|neginf)|nan_to_num)": "asks for values that are no "
    "numbers; keep divisors away from 0, and leave it out",
    "^(erf|erfc|erfinv|a?(sin|cos|tan)h?|atan2|arc.*|lgamma|digamma|sinc|i0)$": (
        "the function has no form in a network; use one of clamp, abs and ReLU, or "
        "compute it outside"
    ),
    "^(cumprod|cummax|cummin|logcumsumexp)$": "a running product, maximum or minimum; "
    "carry it on in a loop over time, as in total = total * x[t]",
    "^(log2|log10|log1p|exp2|expm1)$": "only exp and log are known; "
    "write it with these",
    "^prod$": "a product of all elements; multiply them one by one",
    "fft|stft|complex|view_as_real|polar": "complex numbers are not supported; use two "
    "real tensors",
}


def refused_modules(module) -> dict[str, str]:
    """By path, why modules are refused as a whole."""
    return {
        path: reason
        for path, child in module.named_modules()
        for kind, reason in MODULES.items()
        if isinstance(child, kind)
    }


def find_unsupported(module) -> dict[str, str]:
    """By path, why layers have no form, judged by their classes: for a module that
    could not be traced."""
    return {
        path: HINTS[_LAYERS[type(child).__name__]]
        for path, child in module.named_modules()
        if type(child).__name__ in _LAYERS
        and type(child).__module__.startswith("torch.nn.")
    }


# Layers of torch.nn by the ops that they are.
_LAYERS = {
    **{"Softmax": "softmax", "LogSoftmax": "log_softmax", "Softmax2d": "softmax"},
    **{"GELU": "gelu", "SiLU": "silu", "ELU": "elu", "Embedding": "embedding"},
    **{"LayerNorm": "layer_norm", "GroupNorm": "group_norm", "RMSNorm": "rms_norm"},
    **{f"InstanceNorm{n}d": "instance_norm" for n in (1, 2, 3)},
    **{"LSTM": "lstm", "GRU": "gru", "LSTMCell": "lstm", "GRUCell": "gru"},
    **{"Conv3d": "conv3d", "ConvTranspose3d": "conv_transpose3d"},
}


def describe(name: str, is_last: bool = False) -> str:
    """Why an op is refused, and what could replace it.

    Args:
        is_last: it gives a result of the module.
    """
    if is_last and name in ("softmax", "_softmax"):
        return "leave softmax to what reads the network's output"
    if name in HINTS:
        return HINTS[name]
    found = (text for names, text in FAMILIES.items() if re.search(names, name))
    reason = next(found, None)
    return f"{name}: {reason}" if reason else f"the op '{name}' is not supported"
