"""Noise on token ids: some words become unknown in training."""

import keras
from keras import layers, ops, random

from language_models.sentiment_vocabulary import PADDING_ID, UNKNOWN_ID


class WordDropout(layers.Layer):
    """Makes words unknown at random, so that no single one decides and the vector for unknown words is trained.

    Iyyer et al. 2015 (Deep Unordered Composition), section 2.2, drop words; here they leave their place.

    Args:
        rate: share of the words; padding stays.
    """

    def __init__(self, rate: float, *, name: str):
        super().__init__(name=name, dtype="float32")
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, token_ids, training=False):
        if not training or not self.rate:
            return token_ids
        drawn = random.uniform(ops.shape(token_ids), seed=self.seed_generator) < self.rate
        words = ops.not_equal(token_ids, PADDING_ID)
        return ops.where(ops.logical_and(drawn, words), UNKNOWN_ID, token_ids)
