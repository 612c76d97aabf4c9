# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Published spiking networks, built without PyTorch.

>>> model = volley.models.spikformer("8-512")
>>> model.parameters
29664808
>>> prog = volley.compile(model.network)
>>> logits = prog(images, steps=model.steps)       # images: (B, 3, 224, 224)

Weights are random but seeded, and tuned so that every layer of neurons fires at 5 to
25 %; or those that are given, by the names of SpikingJelly's classes, or of the
authors' where SpikingJelly has none.
"""

from volley.models._layers import Model
from volley.models.convolutional import sew_resnet, spiking_vgg
from volley.models.meta_spikeformer import meta_spikeformer
from volley.models.qkformer import qkformer
from volley.models.recurrent import rsnn
from volley.models.spike_driven import spike_driven_transformer
from volley.models.spikformer import SIZES as spikformer_sizes
from volley.models.spikformer import spikformer
from volley.models.spikingformer import spikingformer
from volley.models.spikingresformer import spikingresformer

__all__ = [
    "Model",
    "meta_spikeformer",
    "qkformer",
    "rsnn",
    "sew_resnet",
    "spike_driven_transformer",
    "spikformer",
    "spikformer_sizes",
    "spikingformer",
    "spikingresformer",
    "spiking_vgg",
]
