import numpy as np
import pytest

from captioner.metrics.ngrams import count_ngrams, find_sorted, index_ngrams, number_words

CAPTIONS = [["a", "b", "a", "b", "a"], [], ["b"], ["b", "a", "c"]]


def spelled(keys, order):
    """The n-grams of an order as words."""
    if order == 1:
        return [(word,) for word in keys.words]
    firsts = spelled(keys, order - 1)
    return [(*firsts[key // len(keys.words)], keys.words[key % len(keys.words)]) for key in keys.keys[order - 2]]


def counted(captions):
    """For each order the counts as {(caption, n-gram): count}."""
    keys, entries = count_ngrams(number_words(captions))
    tables = [spelled(keys, order) for order in (1, 2, 3, 4)]
    return [
        {(int(caption), table[ngram]): int(count) for caption, ngram, count in zip(*order, strict=True)}
        for order, table in zip(entries, tables, strict=True)
    ]


def test_ngrams_are_counted_caption_by_caption():
    one, two, three, four = counted(CAPTIONS)
    assert one[0, ("a",)] == 3
    assert one[2, ("b",)] == 1
    assert two == {(0, ("a", "b")): 2, (0, ("b", "a")): 2, (3, ("b", "a")): 1, (3, ("a", "c")): 1}
    assert three == {(0, ("a", "b", "a")): 2, (0, ("b", "a", "b")): 1, (3, ("b", "a", "c")): 1}
    assert four == {(0, ("a", "b", "a", "b")): 1, (0, ("b", "a", "b", "a")): 1}


def test_captions_without_words_have_no_ngrams():
    assert counted([[], []]) == [{}, {}, {}, {}]


def test_entries_are_sorted_by_caption_then_ngram():
    _, entries = count_ngrams(number_words(CAPTIONS))
    for order in entries:
        pairs = list(zip(order.captions.tolist(), order.ngrams.tolist(), strict=True))
        assert pairs == sorted(set(pairs))


def test_candidates_and_references_share_numbers():
    index = index_ngrams([[["a", "b"], ["b"]], [["c", "a", "b"]]], [["a", "b"], ["b", "c"]])
    assert index.candidates[1].captions.tolist() == [0, 1]
    assert index.references[1].captions.tolist() == [0, 2, 2]
    assert index.candidates[1].ngrams[0] in index.references[1].ngrams
    assert (index.candidate_lengths.tolist(), index.reference_lengths.tolist()) == ([2, 2], [2, 1, 3])
    assert index.reference_images.tolist() == [0, 0, 1]


def test_other_ngrams_are_found_by_their_words():
    keys, _ = count_ngrams(number_words(CAPTIONS))
    others, _ = count_ngrams(number_words([["c", "z", "b", "a", "c"]]))
    for order, found in enumerate(keys.find(others), 1):
        here, there = spelled(keys, order), spelled(others, order)
        assert [here[number] if number >= 0 else None for number in found] == [
            ngram if ngram in here else None for ngram in there
        ]


def test_nothing_is_found_in_nothing():
    empty, _ = count_ngrams(number_words([]))
    some, _ = count_ngrams(number_words(CAPTIONS))
    assert [order.tolist() for order in empty.find(some)] == [[-1] * size for size in some.sizes()]
    assert [len(order) for order in some.find(empty)] == [0, 0, 0, 0]


def test_white_space_inside_a_token_parts_it():
    assert number_words([["2\u00a01/2", "a"], ["a"]]).words == ["2", "1/2", "a"]
    assert number_words([["2\u00a01/2", "a"], ["a"]]).lengths.tolist() == [3, 1]


@pytest.mark.parametrize(("wanted", "places"), [([5, 2, 9], [2, 0, -1]), ([], [])])
def test_numbers_are_found_among_ascending_ones(wanted, places):
    assert find_sorted(np.array([2, 4, 5]), np.array(wanted, int)).tolist() == places
