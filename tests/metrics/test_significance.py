import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.bleu import Bleu
from captioner.metrics.rouge import RougeL
from captioner.metrics.scores import Scores
from captioner.metrics.significance import compare


def rouge(values, images=None):
    images = tuple(images or range(len(values)))
    return Scores(images, (RougeL(),), {"rouge_l": np.array(values, float)[:, None]})


def noise(seed, size=200):
    return np.random.default_rng(seed).uniform(size=size)


def test_captions_that_are_better_for_every_image_are_better():
    found = compare(rouge(noise(0) + 0.1), rouge(noise(0)))["ROUGE_L"]
    assert found.difference == pytest.approx(0.1)
    assert found.interval == pytest.approx((0.1, 0.1))
    assert found.p == pytest.approx(1 / 1001)


def test_the_second_may_be_the_better_one():
    first, second = rouge(noise(0)), rouge(noise(0) + 0.1)
    assert compare(first, second)["ROUGE_L"].difference == pytest.approx(-0.1)
    assert compare(first, second)["ROUGE_L"].p == compare(second, first)["ROUGE_L"].p


def test_chance_is_not_significant():
    found = compare(rouge(noise(0)), rouge(noise(1)))["ROUGE_L"]
    assert found.interval[0] < 0 < found.interval[1]
    assert found.p > 0.05


def test_p_values_of_equal_captioners_are_spread_evenly():
    values = [compare(rouge(noise(s, 20)), rouge(noise(s + 500, 20)), resamples=99)["ROUGE_L"].p for s in range(200)]
    assert np.mean(np.array(values) <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(np.array(values) <= 0.5) == pytest.approx(0.5, abs=0.1)


def test_the_same_captions_do_not_differ():
    found = compare(rouge(noise(0)), rouge(noise(0)))["ROUGE_L"]
    assert (found.difference, found.interval, found.p) == (0.0, (0.0, 0.0), 1.0)


def test_p_of_few_images_is_that_of_all_exchanges():
    found = compare(rouge([1, 1, 1]), rouge([0, 0, 0]), resamples=4000)["ROUGE_L"]
    assert found.p == pytest.approx(2 / 8, abs=0.02)


def test_images_are_paired_by_id():
    first, second = rouge([0.1, 0.5, 0.9], "abc"), rouge([0.9, 0.1, 0.5], "cab")
    assert compare(first, second)["ROUGE_L"].interval == (0.0, 0.0)


def test_every_score_that_both_have_is_compared():
    references, candidates = [[["a", "b"]], [["c"]]], [["a", "b"], ["d"]]
    statistics = {metric.name: metric.statistics(references, candidates) for metric in (Bleu(), RougeL())}
    both, one = Scores((1, 2), (Bleu(), RougeL()), statistics), Scores((1, 2), (Bleu(),), {"bleu": statistics["bleu"]})
    assert list(compare(both, one, resamples=10)) == list(Bleu.score_names)


def test_what_cannot_be_compared_is_one_sentence():
    with pytest.raises(MetricError, match=r"same images.* 2 images are in one of the two alone, the first is 2"):
        compare(rouge([0, 1], [1, 2]), rouge([0, 1], [1, 3]))
    with pytest.raises(MetricError, match="no metric in common"):
        compare(rouge([0, 1]), Scores((0, 1), (), {}))
    with pytest.raises(MetricError, match="`resamples`"):
        compare(rouge([0, 1]), rouge([0, 1]), resamples=0)
