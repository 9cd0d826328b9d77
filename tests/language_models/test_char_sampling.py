import numpy as np
import pytest

from groundwork.errors import ConfigError
from language_models.char_sampling import Sampling

PROBABILITIES = np.array([0.1, 0.5, 0.15, 0.25])
PLACES = (np.arange(1000, dtype=np.float32) + 0.5) / 1000


def shares(**options):
    """How often each token is drawn when the places are spread evenly."""
    logits = np.tile(np.log(PROBABILITIES), (1000, 1)).astype(np.float32) + 3
    drawn = np.asarray(Sampling(**options).draw(logits, PLACES))
    assert drawn.dtype == np.int32
    return np.bincount(drawn, minlength=4) / 1000


def test_tokens_are_drawn_by_their_probability():
    np.testing.assert_allclose(shares(), PROBABILITIES, atol=0.002)


def test_temperature_is_an_exponent():
    expected = PROBABILITIES**2 / np.sum(PROBABILITIES**2)
    np.testing.assert_allclose(shares(temperature=0.5), expected, atol=0.002)


@pytest.mark.parametrize("options", [{"temperature": 0}, {"temperature": 1e-5}, {"top_k": 1}, {"top_p": 1e-9}])
def test_limits_take_the_likeliest(options):
    assert shares(**options).tolist() == [0, 1, 0, 0]


def test_top_k_leaves_the_likeliest():
    np.testing.assert_allclose(shares(top_k=2), [0, 2 / 3, 0, 1 / 3], atol=0.002)
    np.testing.assert_allclose(shares(top_k=99), PROBABILITIES, atol=0.002)


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.4, [1]), (0.6, [1, 3]), (0.8, [1, 2, 3]), (0.95, [0, 1, 2, 3]), (1.0, [0, 1, 2, 3])]
)
def test_the_nucleus_is_the_smallest_set_with_the_probability(top_p, kept):
    assert np.flatnonzero(shares(top_p=top_p)).tolist() == kept


def test_the_nucleus_counts_after_top_k():
    assert np.flatnonzero(shares(top_k=2, top_p=0.6)).tolist() == [1]


def test_places_at_the_ends_draw_possible_tokens():
    logits = np.float32([[-1e9, 0, 0, -1e9]] * 2)
    drawn = np.asarray(Sampling().draw(logits, np.float32([0, 1 - 2**-24])))
    assert drawn.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"temperature": -1.0}, "`temperature` must be 0 or more; received -1.0."),
        ({"temperature": float("nan")}, "`temperature` must be 0 or more; received nan."),
        ({"top_k": 0}, "`top_k` must be at least 1; received 0."),
        ({"top_p": 0.0}, "`top_p` must be above 0 and at most 1; received 0.0."),
    ],
)
def test_wrong_options_are_named(options, sentence):
    with pytest.raises(ConfigError) as caught:
        Sampling(**options)
    assert str(caught.value) == sentence
