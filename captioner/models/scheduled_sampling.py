"""Captions in which some words are the model's own, so that it learns to go on from its mistakes."""

import keras
from keras import layers, ops

from captioner.data.vocabulary import END_ID, PAD_ID, START_ID


@keras.saving.register_keras_serializable(package="captioner")
class ScheduledSampling(layers.Layer):
    """Replaces words of captions by words drawn from what a model predicts after the true words before them.

    Scheduled sampling (S. Bengio et al. 2015, arXiv:1506.03099) decides word by word whether the next input is true or
    the model's own. Here all are drawn at once after a pass over the true captions, and a second pass learns from the
    mixture (D. Duckworth et al. 2019, arXiv:1906.04331): the loops over time stay as fast as without.

    Args:
        rate: share of words that are replaced; start tokens and padding stay.

    Call: `(token_ids (batch, captions, time), logits (batch, captions, time, vocabulary))` to token_ids.
    """

    def __init__(self, rate: float, name: str = "scheduled_sampling", **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, token_ids, logits):
        shape = ops.shape(token_ids)
        flat = ops.reshape(logits, (-1, logits.shape[-1]))
        drawn = ops.reshape(keras.random.categorical(flat, 1, dtype="int32", seed=self.seed_generator), shape)
        # What is predicted after a word stands in the place of the next one.
        drawn = ops.concatenate([token_ids[..., :1], drawn[..., :-1]], axis=-1)
        chance = keras.random.uniform(shape, seed=self.seed_generator)
        replaced = ops.logical_and(chance < self.rate, is_word(token_ids))
        return ops.where(ops.logical_and(replaced, is_word(drawn)), drawn, token_ids)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


def is_word(token_ids):
    """Which tokens may stand in the middle of a caption."""
    return ops.all(ops.stack([ops.not_equal(token_ids, other) for other in (PAD_ID, START_ID, END_ID)]), axis=0)
