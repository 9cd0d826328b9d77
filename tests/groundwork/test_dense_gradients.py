import keras
import numpy as np
import pytest

from captioner.training.optimizer import TwoRateAdam
from language_models.clipped_adam import ClippedAdam

WORDS = np.array([[2, 2, 2, 0]])


def loss_gradient():
    """By hand: of the mean of (1 - v)^2 at v = 0, so -2 / 8 for each time that a word comes."""
    return -0.25 * np.array([[1, 1], [0, 0], [3, 3]], np.float32)


@pytest.mark.parametrize("optimizer_class", [TwoRateAdam, ClippedAdam])
def test_a_word_that_comes_thrice_is_clipped_and_squared_once(optimizer_class):
    embedding = keras.layers.Embedding(3, 2, embeddings_initializer="zeros")
    model = keras.Sequential([keras.Input((4,), dtype="int32"), embedding])
    options = {"learning_rate": 0.1, "beta_1": 0.0, "beta_2": 0.0, "epsilon": 1.0, "weight_decay": 0.0}
    model.compile(optimizer_class(**options, global_clipnorm=0.5), "mse", jit_compile=False)
    model.train_on_batch(WORDS, np.ones((1, 4, 2), np.float32))
    clipped = loss_gradient() * 0.5 / np.linalg.norm(loss_gradient())
    np.testing.assert_allclose(embedding.embeddings, -0.1 * clipped / (abs(clipped) + 1), rtol=1e-5)
