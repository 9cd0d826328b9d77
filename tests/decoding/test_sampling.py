import keras
import numpy as np
import pytest

from captioner.decoding import greedy_search, sample
from groundwork.errors import ConfigError

PAD, START, END, UNKNOWN, A, B, C = range(7)


@pytest.fixture
def urn(table):
    """A: 0.5, B: 0.3, C: 0.15 at the first place."""
    return table({START: {A: 0.5, B: 0.3, C: 0.15}}, size=7)


def first_tokens(decode, urn, count=4000, **options):
    return decode(sample, np.stack([urn] * count), **{"max_length": 2, "seed": 1, **options}).token_ids[:, 0, 0]


def shares(tokens):
    return np.bincount(tokens, minlength=7)[[A, B, C]] / len(tokens)


def test_greedy_search_takes_the_likeliest_token_until_the_end(decode, table):
    found = decode(greedy_search, [table({START: {A: 0.6, B: 0.4}, A: {B: 0.8}, B: {END: 0.5}}, size=6)], max_length=5)
    assert found.token_ids.tolist() == [[[A, B, END, PAD, PAD]]]
    np.testing.assert_allclose(np.exp(found.log_probs), [[0.6 * 0.8 * 0.5]], rtol=1e-5)
    np.testing.assert_allclose(found.scores, found.log_probs / 3**0.7, rtol=1e-6)


@pytest.mark.parametrize(
    "options", [{"temperature": 1e-3}, {"temperature": 1e-30}, {"top_k": 1}, {"top_p": 1e-9}], ids=str
)
def test_the_limit_of_every_option_is_greedy_search(decode, random_tables, options):
    tables = random_tables((10, 8, 8), seed=2)
    greedy, drawn = decode(greedy_search, tables), decode(sample, tables, seed=3, **options)
    np.testing.assert_array_equal(drawn.token_ids, greedy.token_ids)
    np.testing.assert_allclose(drawn.log_probs, greedy.log_probs, rtol=1e-6)


def test_words_come_as_often_as_they_are_likely(decode, urn):
    np.testing.assert_allclose(shares(first_tokens(decode, urn)), np.array([0.5, 0.3, 0.15]) / 0.95, atol=0.03)


def test_temperature_sharpens_and_flattens(decode, urn):
    for temperature in (0.5, 2):
        expected = np.array([0.5, 0.3, 0.15]) ** (1 / temperature)
        drawn = shares(first_tokens(decode, urn, temperature=temperature))
        np.testing.assert_allclose(drawn, expected / expected.sum(), atol=0.03)


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.7}, {"top_k": 2, "top_p": 0.99}], ids=str)
def test_truncation_leaves_the_likeliest_in_proportion(decode, urn, options):
    np.testing.assert_allclose(shares(first_tokens(decode, urn, **options)), [0.625, 0.375, 0], atol=0.03)


def test_truncation_beyond_the_vocabulary_changes_nothing(decode, urn):
    drawn = shares(first_tokens(decode, urn, top_k=100, top_p=1.0))
    np.testing.assert_allclose(drawn, np.array([0.5, 0.3, 0.15]) / 0.95, atol=0.03)


def test_the_seed_decides_the_captions(decode, random_tables):
    tables = random_tables((10, 9, 9), seed=4)
    first, again, other = (decode(sample, tables, seed=seed).token_ids.tolist() for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_seed_generator_goes_on_to_other_captions(decode, random_tables):
    tables = random_tables((10, 9, 9), seed=4)
    runs = []
    for _ in range(2):
        generator = keras.random.SeedGenerator(7)
        runs.append([decode(sample, tables, seed=generator).token_ids.tolist() for _ in range(2)])
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1]


def test_each_step_and_each_image_has_its_own_chance(decode, table):
    coin = table({last: {A: 0.5, B: 0.5} for last in (START, A, B)}, size=6)
    throws = decode(sample, np.stack([coin] * 200), seed=8, max_length=9).token_ids[:, 0, :-1] == A
    np.testing.assert_allclose(np.corrcoef(throws, rowvar=False), np.eye(8), atol=0.25)
    assert len(np.unique(throws, axis=0)) > 80


def test_probabilities_are_those_of_the_model_whatever_the_draw(decode, random_tables, log_prob, without_padding):
    tables = random_tables((6, 8, 8), seed=9)
    drawn = decode(sample, tables, seed=1, temperature=3.0, top_k=3, max_length=6)
    expected = [log_prob(t, without_padding(c)) for t, c in zip(tables, drawn.token_ids[:, 0], strict=True)]
    np.testing.assert_allclose(drawn.log_probs[:, 0], expected, rtol=1e-5)


@pytest.mark.parametrize("options", [{}, {"top_k": 5}, {"top_p": 0.99}, {"temperature": 100.0}], ids=str)
def test_a_draw_is_made_of_words_and_ends(decode, random_tables, options):
    tables = random_tables((300, 7, 7), seed=10)
    for caption in decode(sample, tables, seed=2, max_length=5, **options).token_ids[:, 0].tolist():
        end = caption.index(END)
        assert set(caption[:end]) <= {A, B, C}
        assert set(caption[end + 1 :]) <= {PAD}


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("temperature", 0, "`temperature` must be above 0 .*; received 0"),
        ("top_k", 0, "`top_k` must be a whole number of at least 1; received 0"),
        ("top_p", 1.5, "`top_p` must be above 0 and at most 1; received 1.5"),
        ("max_length", 0, "`max_length` must be a whole number of at least 1; received 0"),
    ],
)
def test_a_draw_with_options_out_of_range_is_refused(decode, urn, option, value, message):
    with pytest.raises(ConfigError, match=message):
        decode(sample, [urn], seed=1, **{option: value})


def test_several_captions_of_an_image_stand_together(decode, table):
    sure = [table({START: {word: 1.0}}, size=7) for word in (A, B)]
    drawn = decode(sample, np.stack(sure), seed=1, num_results=3, max_length=2).token_ids
    assert drawn.tolist() == [[[A, END]] * 3, [[B, END]] * 3]


def test_captions_of_an_image_are_drawn_independently(decode, urn):
    drawn = decode(sample, [urn], seed=2, num_results=4000, max_length=2).token_ids[0, :, 0]
    np.testing.assert_allclose(shares(drawn), np.array([0.5, 0.3, 0.15]) / 0.95, atol=0.03)


@pytest.mark.parametrize("halvings", [1, 2, 9])
@pytest.mark.parametrize("images", [5, 8])
def test_rows_that_are_given_up_change_nothing(decode, random_tables, images, halvings):
    tables = random_tables((images, 8, 8), seed=11)
    tables[..., END] *= 0.3
    options = {"seed": 3, "num_results": 3, "max_length": 7}
    plain, halved = (decode(sample, tables, halvings=number, **options) for number in (0, halvings))
    for expected, found in zip(plain, halved, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert len(np.unique((plain.token_ids != PAD).sum(-1))) > 2
