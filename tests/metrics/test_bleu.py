import math

import pytest

from captioner.metrics.bleu import corpus_bleu

NAMES = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4")
REFERENCE = ["a", "man", "rides", "a", "brown", "horse"]


def bleu(candidates, references):
    return corpus_bleu(dict(enumerate(references)), dict(enumerate(candidates)))


def test_a_caption_equal_to_a_reference_is_perfect():
    assert bleu([REFERENCE], [[["another"], REFERENCE]]) == pytest.approx(dict.fromkeys(NAMES, 1.0))


def test_precisions_by_hand():
    candidate = [
        "a",
        "man",
        "rides",
        "a",
        "horse",
    ]  # 5 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2 quadruples match
    brevity = math.exp(1 - 6 / 5)
    precisions = [1, 3 / 4, 2 / 3, 1 / 2]
    expected = [brevity * math.prod(precisions[:n]) ** (1 / n) for n in (1, 2, 3, 4)]
    assert list(bleu([candidate], [[REFERENCE]]).values()) == pytest.approx(expected)


def test_repetition_is_clipped():
    assert bleu([["a"] * 6], [[REFERENCE]])["Bleu_1"] == pytest.approx(2 / 6)


def test_the_closest_reference_sets_the_length():
    short, long = ["a", "dog"], ["a", "dog", "runs", "over", "green", "grass"]
    assert bleu([["a", "dog", "runs"]], [[short, long]])["Bleu_1"] == pytest.approx(1.0)


def test_counts_are_summed_over_the_corpus_not_averaged():
    scores = bleu([["a", "b"], ["c", "d", "e", "f", "g", "h"]], [[["a", "b"]], [["x", "x", "x", "x", "x", "x"]]])
    assert scores["Bleu_1"] == pytest.approx(2 / 8)


def test_without_a_match_the_score_is_zero_and_nobody_is_warned():
    assert set(bleu([["x", "y"]], [[REFERENCE]]).values()) == {0.0}
    scores = bleu([["a", "horse"]], [[REFERENCE]])
    assert scores["Bleu_1"] > 0
    assert scores["Bleu_2"] == scores["Bleu_4"] == 0.0


def test_an_empty_caption_counts_as_short():
    assert set(bleu([[]], [[REFERENCE]]).values()) == {0.0}
    scores = bleu([[], REFERENCE], [[REFERENCE], [REFERENCE]])
    assert scores["Bleu_1"] == pytest.approx(math.exp(1 - 12 / 6))
