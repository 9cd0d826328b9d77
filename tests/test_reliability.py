import numpy as np
import pytest

from captioner.agreement import agrees, shared_words
from captioner.confidence import calibrate, judge, measure_confidence
from captioner.data.coco import CaptionRecord
from captioner.generation import Caption
from captioner.reliability import Reliability

REFERENCES = ["A dog runs.", "brown dog on the grass"]


def test_words_that_only_lead_to_others_do_not_count():
    assert shared_words("a dog is in the water", REFERENCES) == 1 / 2
    assert shared_words("a brown dog runs on grass", REFERENCES) == 1
    assert shared_words("in the", REFERENCES) == 0


def test_half_of_the_words_are_agreement():
    assert agrees("a dog in the water", REFERENCES)
    assert not agrees("a cat in the water with a dog", REFERENCES)


def test_bins_go_from_the_least_to_the_most_confident():
    found = Reliability.measure(np.array([0.9, 0.1, 0.7, 0.3]), np.array([True, False, False, True]), bins=2)
    assert found.counts == (2, 2)
    assert found.stated == pytest.approx((0.2, 0.8))
    assert found.observed == (0.5, 0.5)
    assert found.error == pytest.approx(0.3)


def test_the_error_weighs_bins_by_their_captions():
    found = Reliability(counts=(3, 1), stated=(0.5, 0.6), observed=(0.5, 1.0))
    assert found.error == pytest.approx(0.1)


def test_intervals_contain_what_was_observed_and_stay_between_0_and_1():
    found = Reliability(counts=(10, 10, 1000), stated=(0.1, 0.9, 0.5), observed=(0.0, 1.0, 0.5))
    low, high = found.intervals()
    np.testing.assert_allclose(low, [0, 0.722, 0.469], atol=1e-3)
    np.testing.assert_allclose(high, [0.278, 1, 0.531], atol=1e-3)


def captions_with(log_probs):
    return [Caption("dog", np.exp(value), value, 0.0) for value in log_probs]


def test_captions_are_judged_by_their_own_references():
    records = [CaptionRecord(1, None, ("a dog",)), CaptionRecord(2, None, ("a cat",)), CaptionRecord(3, None, ("a",))]
    second, first = captions_with([-1.0, -2.0])
    judged, agreed = judge(records, {2: second, 1: first})
    assert judged == [first, second]
    assert agreed.tolist() == [True, False]


def test_a_calibration_brings_what_is_stated_to_what_people_say():
    generator = np.random.default_rng(0)
    values = generator.uniform(-3, -0.5, 4000)
    captions, agreed = captions_with(values), generator.uniform(size=4000) < 0.5 + 0.15 * values
    calibration, confidence = calibrate(captions, agreed, length_penalty=0.7)
    assert confidence.raw.error > 0.1
    assert confidence.calibrated.error < 0.05
    again = measure_confidence(captions, agreed, calibration)
    assert again.calibrated.error < 0.05
    assert again.agreed == confidence.agreed == np.mean(agreed)


def test_without_calibration_only_raw_probabilities_are_measured():
    confidence = measure_confidence(captions_with([-1.0, -2.0]), np.array([True, False]))
    np.testing.assert_allclose(confidence.raw.stated, np.exp([-1.0, -0.5]), rtol=1e-6)
    assert confidence.calibrated is None
    assert set(confidence.plain()) == {"criterion", "agreed", "basis", "raw"}
    assert len(confidence.lines()) == 2
