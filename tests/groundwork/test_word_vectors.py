import numpy as np
import pytest

from language_models import sentiment_vectors
from language_models.sentiment_vectors import context_columns, count_neighbours, positive_information, word_vectors


def test_near_neighbours_count_more(monkeypatch):
    monkeypatch.setattr(sentiment_vectors, "WINDOW", 2)
    counts = count_neighbours([np.array([2, 3, 4])], 5)
    np.testing.assert_array_equal(counts[2:], [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]])


def test_neighbours_stay_within_a_text():
    counts = count_neighbours([np.array([2]), np.array([3])], 4)
    assert not counts.any()


def test_only_frequent_words_are_contexts(monkeypatch):
    monkeypatch.setattr(sentiment_vectors, "CONTEXTS", 1)
    np.testing.assert_array_equal(context_columns(np.array([0, 0, 1, 1, 2, 3, 3, 4]), 5), [-1, -1, -1, 0, -1])


def test_chance_neighbours_carry_no_information():
    np.testing.assert_allclose(positive_information(np.ones((2, 2), np.float32)), 0, atol=1e-6)
    together = positive_information(np.diag([4.0, 4.0]))
    np.testing.assert_allclose(together, np.diag([np.log(2)] * 2), atol=1e-6)


def test_words_in_the_same_places_have_similar_vectors():
    cat, dog, two = ([2, 3, 4], [2, 5, 4], [6, 7, 8])
    vectors = word_vectors([np.array(text) for text in (cat, dog, two) * 3], 9, dim=3)
    assert vectors.shape == (9, 3)
    assert vectors[3] @ vectors[5] > 10 * abs(vectors[3] @ vectors[7])
    assert np.mean(vectors**2) == pytest.approx(1, rel=1e-3)
    assert not vectors[:2].any()
