import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.bleu import Bleu
from captioner.metrics.rouge import RougeL
from captioner.metrics.scores import Scores


def rouge(values):
    return Scores(tuple(range(len(values))), (RougeL(),), {"rouge_l": np.array(values, float)[:, None]})


def test_scores_have_coco_captions_names():
    statistics = Bleu().statistics([[["a"]], [["b"]]], [["a"], ["c"]])
    scores = Scores((5, 3), (Bleu(),), {"bleu": statistics})
    assert scores.corpus["Bleu_1"] == pytest.approx(0.5)
    assert list(scores.corpus) == list(scores.per_image) == list(Bleu.score_names)
    assert scores.per_image["Bleu_1"] == pytest.approx([1, 0])


def test_an_interval_of_a_mean_is_about_two_standard_errors_to_either_side():
    values = np.linspace(0, 1, 400)
    low, high = rouge(values).intervals(resamples=4000)["ROUGE_L"]
    error = values.std() / 20
    assert (low, high) == pytest.approx((0.5 - 1.96 * error, 0.5 + 1.96 * error), abs=0.1 * error)


def test_more_confidence_takes_a_wider_interval():
    scores = rouge(np.linspace(0, 1, 50))
    narrow, wide = (scores.intervals(confidence=confidence)["ROUGE_L"] for confidence in (0.5, 0.99))
    assert wide[0] < narrow[0] < 0.5 < narrow[1] < wide[1]


def test_a_corpus_without_variation_has_no_width():
    assert rouge([0.25] * 4).intervals()["ROUGE_L"] == (0.25, 0.25)


def test_the_seed_decides():
    scores = rouge(np.linspace(0, 1, 50))
    assert scores.intervals(seed=1) == scores.intervals(seed=1) != scores.intervals(seed=2)


def test_all_scores_are_of_the_same_resamples():
    statistics = Bleu().statistics([[["a"]], [["b"]], [["c"]]], [["a"], ["b"], ["x"]])
    rouge_statistics = RougeL().statistics([[["a"]], [["b"]], [["c"]]], [["a"], ["b"], ["x"]])
    scores = Scores((1, 2, 3), (Bleu(), RougeL()), {"bleu": statistics, "rouge_l": rouge_statistics})
    intervals = scores.intervals(resamples=50)
    assert intervals["Bleu_1"] == pytest.approx(intervals["ROUGE_L"])


@pytest.mark.parametrize(
    ("options", "message"), [({"confidence": 95}, "`confidence`.*95"), ({"resamples": 0}, "`resamples`.*0")]
)
def test_options_out_of_range_are_one_sentence(options, message):
    with pytest.raises(MetricError, match=message):
        rouge([0.5]).intervals(**options)
