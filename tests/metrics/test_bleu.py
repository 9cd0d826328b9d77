import math

import nltk.translate.bleu_score
import numpy as np
import pytest

from captioner.metrics.bleu import Bleu

REFERENCE = ["a", "man", "rides", "a", "brown", "horse"]


def bleu(candidates, references):
    metric = Bleu()
    return metric.corpus(metric.statistics(references, candidates))


def test_a_caption_equal_to_a_reference_is_perfect():
    assert bleu([REFERENCE], [[["another"], REFERENCE]]) == pytest.approx([1.0] * 4)


def test_precisions_by_hand():
    candidate = ["a", "man", "rides", "a", "horse"]
    precisions = [5 / 5, 3 / 4, 2 / 3, 1 / 2]
    expected = [math.exp(1 - 6 / 5) * math.prod(precisions[:n]) ** (1 / n) for n in (1, 2, 3, 4)]
    assert bleu([candidate], [[REFERENCE]]) == pytest.approx(expected)


def test_repetition_is_clipped_at_the_most_that_one_reference_has():
    assert bleu([["a"] * 6], [[REFERENCE, ["a"] * 1 + ["horse"] * 5]])[0] == pytest.approx(2 / 6)


def test_the_closest_reference_sets_the_length():
    short, long = ["a", "dog"], ["a", "dog", "runs", "over", "green", "grass"]
    assert bleu([["a", "dog", "runs"]], [[short, long]])[0] == pytest.approx(1.0)


def test_of_two_equally_close_references_the_shorter_sets_the_length():
    two, four = ["a", "dog"], ["a", "dog", "runs", "fast"]
    statistics = Bleu().statistics([[four, two]], [["a", "dog", "runs"]])
    assert statistics[0, -1] == 2


def test_counts_are_summed_over_the_corpus_not_averaged():
    scores = bleu([["a", "b"], ["c", "d", "e", "f", "g", "h"]], [[["a", "b"]], [["x", "x", "x", "x", "x", "x"]]])
    assert scores[0] == pytest.approx(2 / 8)


def test_each_image_scores_on_its_own():
    metric = Bleu()
    statistics = metric.statistics([[REFERENCE], [["x"]]], [REFERENCE, ["y"]])
    assert metric.per_image(statistics) == pytest.approx(np.array([[1.0] * 4, [0.0] * 4]), abs=1e-3)


def test_the_smoothing_of_coco_caption_keeps_a_caption_without_long_matches_above_zero():
    scores = bleu([["a", "horse"]], [[["a", "horse"], REFERENCE]])
    assert scores[:2] == pytest.approx([1.0, 1.0])
    assert scores[2] == pytest.approx((1e-15 / 1e-9) ** (1 / 3))
    assert scores[3] == pytest.approx((1e-15 / 1e-9) ** (2 / 4))


def test_an_empty_caption_counts_as_short():
    assert bleu([[]], [[REFERENCE]]).tolist() == [0.0] * 4
    assert bleu([[], REFERENCE], [[REFERENCE], [REFERENCE]])[0] == pytest.approx(math.exp(1 - 12 / 6))


def test_a_weight_counts_an_image_as_often():
    metric, references, candidates = Bleu(), [[REFERENCE], [["x", "y"]]], [["a", "man"], ["x", "y", "z"]]
    statistics = metric.statistics(references, candidates)
    weighted = metric.corpus(statistics, np.array([[1.0, 1.0], [2.0, 0.0]]))
    assert weighted[0] == pytest.approx(bleu(candidates, references))
    assert weighted[1] == pytest.approx(bleu(candidates[:1] * 2, references[:1] * 2))


def test_it_agrees_with_nltk_where_every_order_has_a_match():
    references = [[["a", "dog", "runs", "on", "the", "green", "grass"], ["the", "dog", "is", "running", "off"]]] * 2
    candidates = [["a", "dog", "runs", "on", "the", "grass"], ["the", "dog", "is", "running"]]
    ours = Bleu().corpus(Bleu().statistics(references, candidates))
    theirs = nltk.translate.bleu_score.corpus_bleu(references, candidates, [[1], [1 / 2] * 2, [1 / 3] * 3, [1 / 4] * 4])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
