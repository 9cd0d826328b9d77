import numpy as np
import pytest

from captioner.decoding import diverse_search, greedy_search
from groundwork.errors import ConfigError

PAD, START, END, UNKNOWN, A, B, C = range(7)


@pytest.fixture
def likely_a(table):
    """Every caption begins with A, unless it has to differ."""
    return table({START: {A: 0.6, B: 0.3, C: 0.1}, A: {C: 0.8}, B: {END: 0.9}, C: {END: 0.9}}, size=7)


def words_of(found, image=0):
    rows = zip(found.token_ids[image].tolist(), found.log_probs[image], strict=True)
    return [row[: row.index(END)] for row, log_prob in rows if log_prob > -np.inf]


def test_each_caption_begins_with_what_the_others_have_not(decode, likely_a):
    found = decode(diverse_search, [likely_a], num_results=3, diversity=2.0, max_length=4, length_penalty=1.0)
    assert sorted(words_of(found)) == [[A, C], [B], [C]]
    np.testing.assert_allclose(sorted(np.exp(found.log_probs[0])), [0.1 * 0.9, 0.3 * 0.9, 0.6 * 0.8 * 0.9], rtol=1e-5)


def test_a_small_diversity_gives_way_to_what_is_much_likelier(decode, likely_a):
    found = decode(diverse_search, [likely_a], num_results=2, diversity=0.1, max_length=4)
    assert words_of(found) == [[A, C]]
    assert found.token_ids[0, 1].tolist() == [PAD] * 4
    assert found.scores[0, 1] == -np.inf


def test_captions_are_distinct_and_the_best_comes_first(decode, random_tables):
    found = decode(diverse_search, random_tables((9, 9, 9), seed=2), num_results=4, diversity=0.5, max_length=6)
    assert (found.scores[:, :-1] >= found.scores[:, 1:]).all()
    captions = [words_of(found, image) for image in range(9)]
    assert all(len(set(map(tuple, words))) == len(words) for words in captions)
    assert np.mean([len(words) for words in captions]) > 2


def test_the_greedy_caption_is_among_them(decode, random_tables):
    tables = random_tables((9, 9, 9), seed=3)
    greedy = decode(greedy_search, tables, max_length=6)
    found = decode(diverse_search, tables, num_results=3, max_length=6)
    assert all(words_of(greedy, image)[0] in words_of(found, image) for image in range(9))


@pytest.mark.parametrize("diversity", [-1.0, float("nan"), float("inf")])
def test_a_diversity_out_of_range_is_refused(decode, likely_a, diversity):
    with pytest.raises(ConfigError, match="`diversity` must be 0 or more"):
        decode(diverse_search, [likely_a], diversity=diversity)
