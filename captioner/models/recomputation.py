"""A convolutional network that needs less memory in training, because it computes its blocks twice."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby

import keras


class RecomputedBlocks(keras.Model):
    """The same network, but of each block that is trained only the input is kept for the gradients.

    What lies inside a block is computed again when its gradients are due (Chen et al. 2016, arXiv:1604.06174), a
    forward pass more for the memory of the largest block instead of all. Values, gradients and weights are those of
    the network.

    Args:
        network: layers one behind the other; those of a block are named `block_layer`, as in `VGGEncoder`.
    """

    def __init__(self, network: keras.Model, name: str = "recomputed_blocks"):
        super().__init__(name=name)
        self.network = network
        self.built = True

    def call(self, images, training=False):
        hidden = images
        layers = [layer for layer in self.network.layers if not isinstance(layer, keras.layers.InputLayer)]
        for _, group in groupby(layers, key=lambda layer: layer.name.partition("_")[0]):
            members = list(group)
            block = partial(run_layers, members)
            is_trained = any(layer.trainable_weights for layer in members)
            hidden = keras.remat(block)(hidden) if training and is_trained else block(hidden)
        return hidden


def run_layers(layers: Sequence[keras.layers.Layer], hidden):
    """One layer after the other."""
    for layer in layers:
        hidden = layer(hidden)
    return hidden
