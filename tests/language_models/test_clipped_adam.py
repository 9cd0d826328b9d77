import keras
import numpy as np
import pytest

from language_models.clipped_adam import ClippedAdam


def step(gradient, **options):
    """The change of two weights by one step, with Adam's division by the gradient's size made ineffective."""
    weights = keras.Variable(np.zeros(2, np.float32))
    optimizer = ClippedAdam(1.0, epsilon=1e4, beta_2=0.0, weight_decay=0.0, **options)
    optimizer.apply([keras.ops.convert_to_tensor(np.float32(gradient))], [weights])
    return -np.asarray(weights) * 1e4


def test_without_clipping_it_is_adam():
    np.testing.assert_allclose(step([3, -4]), [3, -4], rtol=1e-2)


def test_elements_are_clipped():
    np.testing.assert_allclose(step([3, -0.5], clip_value=1.0), [1, -0.5], rtol=1e-2)


def test_the_norm_is_clipped():
    np.testing.assert_allclose(step([3, -4], global_clipnorm=1.0), [0.6, -0.8], rtol=1e-2)


@pytest.mark.parametrize("norm", [1.0, 10.0])
def test_elements_are_clipped_before_the_norm(norm):
    expected = np.array([1, -1]) * min(1, norm / 2**0.5)
    np.testing.assert_allclose(step([3, -4], clip_value=1.0, global_clipnorm=norm), expected, rtol=1e-2)
