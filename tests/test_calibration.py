import math

import numpy as np
import pytest

from captioner.calibration import cross_fitted, fit_calibration, state
from captioner.config import CalibrationConfig
from captioner.generation import Caption
from groundwork.errors import DataError

OPTIONS = {"length_penalty": 0.5, "criterion": "drawn"}


def caption(log_probability: float, text: str = "a dog runs") -> Caption:
    return Caption(text, math.exp(log_probability), log_probability, 0.0)


@pytest.fixture
def drawn():
    """Captions of four tokens, and draws with the log-odds 2 - 3 log s, where s is half of the log-probability."""
    generator = np.random.default_rng(0)
    surprises = generator.uniform(0.5, 4, 20_000)
    agreed = generator.uniform(size=20_000) < 1 / (1 + np.exp(-2 + 3 * np.log(surprises)))
    return [caption(-2 * surprise) for surprise in surprises], agreed


def test_the_function_that_made_the_draws_is_found(drawn):
    calibration = fit_calibration(*drawn, **OPTIONS)
    assert calibration.slope == pytest.approx(-3, abs=0.15)
    assert calibration.intercept == pytest.approx(2, abs=0.15)
    assert (calibration.length_penalty, calibration.criterion) == (0.5, "drawn")


def test_a_confidence_is_a_probability_whatever_is_certain():
    calibration = CalibrationConfig(slope=-2.0, intercept=1.0, length_penalty=0.0, criterion="")
    assert calibration.confidence(-math.exp(0.5), 9) == pytest.approx(0.5)
    assert calibration.confidence(-1, 9) == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibration.confidence(0.0, 9) == pytest.approx(1)
    assert calibration.confidence(-1e30, 9) == pytest.approx(0)


def test_captions_that_can_be_told_apart_have_a_finite_calibration():
    captions = [caption(-value) for value in np.linspace(1, 4, 40)]
    stated = state(fit_calibration(captions, np.arange(40) < 20, **OPTIONS), captions)
    assert 0 < stated[-1] < 0.1
    assert 0.9 < stated[0] < 1


def test_what_is_stated_of_a_caption_does_not_come_from_it(drawn):
    captions, agreed = drawn[0][:40], drawn[1][:40]
    stated = cross_fitted(captions, agreed, **OPTIONS)
    other = cross_fitted(captions, np.where(np.arange(40) == 7, ~agreed, agreed), **OPTIONS)
    assert other[7] == stated[7]
    assert np.count_nonzero(other != stated) == 32


@pytest.mark.parametrize("count", [3, 30])
def test_too_few_or_too_equal_captions_are_refused(count):
    with pytest.raises(DataError, match=f"at least 20 captions that differ; there are {count}"):
        fit_calibration([caption(-1)] * count, np.ones(count, bool), **OPTIONS)
