import numpy as np

from groundwork.word_vectors import Neighbours, positive_information, word_vectors

NEIGHBOURS = Neighbours(window=2, contexts=100, first_word=2)


def test_near_neighbours_count_more():
    counts = NEIGHBOURS.count([np.array([2, 3, 4])], 5)
    np.testing.assert_array_equal(counts[2:], [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]])


def test_neighbours_stay_within_a_text():
    assert not NEIGHBOURS.count([np.array([2]), np.array([3])], 4).any()


def test_only_frequent_words_are_contexts():
    neighbours = Neighbours(window=2, contexts=1, first_word=2)
    np.testing.assert_array_equal(neighbours.columns(np.array([0, 0, 1, 1, 2, 3, 3, 4]), 5), [-1, -1, -1, 0, -1])


def test_ids_that_are_no_words_neither_have_neighbours_nor_are_any():
    neighbours = Neighbours(window=2, contexts=100, first_word=4)
    counts = neighbours.count([np.array([3, 4, 3, 5])], 6)
    np.testing.assert_array_equal(counts, [[0, 0]] * 4 + [[0, 0.5], [0.5, 0]])


def test_chance_neighbours_carry_no_information():
    np.testing.assert_allclose(positive_information(np.ones((2, 2), np.float32)), 0, atol=1e-6)
    together = positive_information(np.diag([4.0, 4.0]))
    np.testing.assert_allclose(together, np.diag([np.log(2)] * 2), atol=1e-6)


def test_words_in_the_same_places_have_similar_vectors():
    cat, dog, two = ([2, 3, 4], [2, 5, 4], [6, 7, 8])
    vectors = word_vectors(NEIGHBOURS.count([np.array(text) for text in (cat, dog, two) * 3], 9), dim=3)
    assert vectors.shape == (9, 3)
    assert vectors[3] @ vectors[5] > 10 * abs(vectors[3] @ vectors[7])
    assert not vectors[:2].any()


def test_where_there_are_few_contexts_the_rest_of_a_vector_is_zero():
    vectors = word_vectors(NEIGHBOURS.count([np.array([2, 3])], 4), dim=5)
    assert vectors[2:, :2].any()
    assert not vectors[:, 2:].any()
