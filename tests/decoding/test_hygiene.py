import numpy as np
import pytest

from captioner.decoding import beam_search, greedy_search, sample
from groundwork.errors import ConfigError

PAD, START, END, UNKNOWN, A, B, C = range(7)
SEARCHES = [(greedy_search, {}), (beam_search, {"beam_size": 3}), (sample, {"seed": 1, "num_results": 3})]


def ngrams(words, size):
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]


def captions_of(found):
    """The words of every caption that was found."""
    rows = zip(found.token_ids.reshape(-1, found.token_ids.shape[-1]), found.log_probs.ravel(), strict=True)
    return [row.tolist()[: row.tolist().index(END)] for row, log_prob in rows if log_prob > -np.inf]


@pytest.fixture
def talkative(random_tables):
    """Tables under which captions are long and say the same again and again."""
    tables = random_tables((6, 8, 8), seed=1)
    tables[..., END] *= 0.05
    return tables / tables.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("search", "options"), SEARCHES)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_ngram_comes_twice(decode, talkative, search, options, size):
    found = captions_of(decode(search, talkative, no_repeat_ngram=size, max_length=12, **options))
    free = captions_of(decode(search, talkative, max_length=12, **options))
    assert all(len(set(ngrams(words, size))) == len(ngrams(words, size)) for words in found)
    assert any(len(set(ngrams(words, size))) < len(ngrams(words, size)) for words in free)


@pytest.mark.parametrize(("search", "options"), SEARCHES)
def test_no_word_follows_itself(decode, talkative, search, options):
    found = captions_of(decode(search, talkative, no_repeat_ngram=30, max_length=12, **options))
    assert not any(first == second for words in found for first, second in ngrams(words, 2))


def test_only_what_would_repeat_is_excluded(decode, table):
    # A B A would go on with B; that done once already, C is next.
    circle = table({START: {A: 0.9}, A: {B: 0.6, C: 0.4}, B: {A: 0.9}, C: {END: 0.9}}, size=7)
    found = decode(greedy_search, [circle], no_repeat_ngram=2, max_length=8)
    assert captions_of(found) == [[A, B, A, C]]
    np.testing.assert_allclose(np.exp(found.log_probs), [[0.9 * 0.6 * 0.9 * 0.4 * 0.9]], rtol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_ngrams_longer_than_captions_change_nothing_else(decode, table, size):
    short = table({START: {A: 0.9}, A: {B: 0.9}, B: {END: 0.9}}, size=6)
    assert captions_of(decode(greedy_search, [short], no_repeat_ngram=size, max_length=3)) == [[A, B]]


@pytest.mark.parametrize(("search", "options"), SEARCHES)
@pytest.mark.parametrize("max_length", [2, 3, 6])
def test_no_caption_ends_with_a_dangling_word(decode, talkative, search, options, max_length):
    options = {**options, "max_length": max_length, "min_length": 2}
    found = captions_of(decode(search, talkative, dangling_ids=(A, B), **options))
    assert not {A, B} & {words[-1] for words in found}
    assert {A, B} & {words[-1] for words in captions_of(decode(search, talkative, **options))}


def test_a_caption_goes_on_where_it_would_have_dangled(decode, table):
    with_what = table({START: {A: 0.9}, A: {END: 0.6, B: 0.4}, B: {END: 0.9}}, size=6)
    found = decode(beam_search, [with_what], beam_size=2, num_results=1, max_length=5, dangling_ids=(A,))
    assert captions_of(found) == [[A, B]]
    np.testing.assert_allclose(np.exp(found.log_probs), [[0.9 * 0.4 * 0.9]], rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"no_repeat_ngram": -1}, "`no_repeat_ngram` must be a whole number of at least 1; received -1"),
        ({"dangling_ids": (A, END)}, "`dangling_ids` must not hold the end token"),
    ],
)
@pytest.mark.parametrize("search", [greedy_search, beam_search])
def test_hygiene_out_of_range_is_named(decode, talkative, search, options, message):
    with pytest.raises(ConfigError, match=message):
        decode(search, talkative, **options)
