import random

import numpy as np
import pytest

from captioner.metrics.rouge import RougeL, lcs_length, rouge_l, word_places


def f_score(precision, recall):
    return (1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision)


def table_lcs(one, other):
    """The usual table, as a textbook has it."""
    table = np.zeros((len(one) + 1, len(other) + 1), int)
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            table[i + 1, j + 1] = table[i, j] + 1 if left == right else max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


def test_a_subsequence_need_not_be_connected():
    assert rouge_l([["two", "dogs", "chase", "cats"]], ["two", "dogs", "see", "cats"]) == pytest.approx(0.75)
    assert rouge_l([["a", "x", "b", "y", "c"]], ["a", "b", "c"]) == pytest.approx(f_score(1, 3 / 5))


def test_precision_and_recall_may_come_from_different_references():
    long, short = ["a", "b", "c", "d"], ["a"]
    assert rouge_l([long, short], ["a", "b", "x", "x"]) == pytest.approx(f_score(2 / 4, 1 / 1))


def test_nothing_in_common_is_zero():
    assert rouge_l([["a"]], ["b"]) == rouge_l([["a"]], []) == rouge_l([[]], ["a"]) == 0.0


def test_without_words_a_caption_agrees_with_a_reference_without_words():
    assert rouge_l([["a"], []], []) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_bits_find_what_the_table_finds(seed):
    draw = random.Random(seed)
    for _ in range(40):
        one, other = (draw.choices("abc", k=draw.randrange(1, 12)) for _ in range(2))
        assert lcs_length(word_places(one), len(one), other) == table_lcs(one, other)


def test_captions_of_thousands_of_words_are_no_trouble():
    words = [str(number % 7) for number in range(20_000)]
    assert rouge_l([words[::-1], words], words) == pytest.approx(1.0)


def test_a_corpus_scores_as_the_mean_of_its_images():
    metric = RougeL()
    statistics = metric.statistics([[["a"]], [["a"]]], [["a"], ["b"]])
    assert metric.per_image(statistics).tolist() == [[1.0], [0.0]]
    assert metric.corpus(statistics) == pytest.approx([0.5])
    assert metric.corpus(statistics, np.array([[2, 0], [1, 3]])) == pytest.approx(np.array([[1.0], [0.25]]))
