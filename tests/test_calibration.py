import numpy as np
import pytest

from captioner.calibration import cross_fitted, fit_calibration
from captioner.config import CalibrationConfig
from groundwork.errors import DataError


@pytest.fixture
def captions():
    """Mean log-probabilities, and draws with the log-odds 2 + 3 x."""
    generator = np.random.default_rng(0)
    values = generator.uniform(-2, 0, 20_000)
    return values, generator.uniform(size=20_000) < 1 / (1 + np.exp(-2 - 3 * values))


def test_the_function_that_made_the_draws_is_found(captions):
    calibration = fit_calibration(*captions, criterion="drawn")
    assert calibration.slope == pytest.approx(3, abs=0.15)
    assert calibration.intercept == pytest.approx(2, abs=0.15)
    assert calibration.criterion == "drawn"


def test_a_confidence_is_a_probability_whatever_is_certain():
    calibration = CalibrationConfig(slope=2.0, intercept=1.0, criterion="")
    assert calibration.confidence(-0.5) == pytest.approx(0.5)
    assert calibration.confidence(0.5) == pytest.approx(1 / (1 + np.exp(-2)))
    assert (calibration.confidence(-1e9), calibration.confidence(1e9)) == (0.0, 1.0)


def test_captions_that_can_be_told_apart_have_a_finite_calibration():
    values = np.linspace(-3, 0, 40)
    calibration = fit_calibration(values, values > -1, criterion="")
    assert 0 < calibration.confidence(-3) < 0.1
    assert 0.9 < calibration.confidence(0) < 1


def test_what_is_stated_of_a_caption_does_not_come_from_it(captions):
    values, agreed = captions[0][:40], captions[1][:40]
    stated = cross_fitted(values, agreed, criterion="")
    other = cross_fitted(values, np.where(np.arange(40) == 7, ~agreed, agreed), criterion="")
    assert other[7] == stated[7]
    assert np.count_nonzero(other != stated) == 32


def test_too_few_captions_are_refused():
    with pytest.raises(DataError, match="at least 20 captions that differ; there are 3"):
        fit_calibration(np.zeros(3), np.ones(3, bool), criterion="")
