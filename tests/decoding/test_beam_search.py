import keras
import numpy as np
import pytest
from keras import ops

from captioner.decoding import CaptionRules, beam_search, greedy_search
from groundwork.errors import ConfigError

PAD, START, END, UNKNOWN, A, B, C = range(7)


@pytest.fixture
def garden_path(table):
    """A is the likelier first word, but B leads to the likelier caption."""
    return table({START: {A: 0.6, B: 0.4}, A: {A: 0.4, B: 0.3, END: 0.3}, B: {END: 0.9}}, size=6)


def test_a_beam_finds_the_best_caption_where_greedy_search_does_not(decode, garden_path):
    greedy = decode(greedy_search, [garden_path], max_length=3, length_penalty=0)
    beam = decode(beam_search, [garden_path], beam_size=2, max_length=3, length_penalty=0)
    assert greedy.token_ids[0, 0].tolist() == [A, A, END]
    assert beam.token_ids[0, 0].tolist() == [B, END, PAD]
    np.testing.assert_allclose(np.exp(beam.log_probs[0, 0]), 0.4 * 0.9, rtol=1e-6)


@pytest.mark.parametrize("length_penalty", [0, 0.7, 1])
@pytest.mark.parametrize("shape", [(3, 7, 7), (3, 6, 6, 6)], ids=["first order", "second order"])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_agrees_with_exhaustive_search(
    decode, random_tables, all_captions, without_padding, shape, seed, length_penalty
):
    tables = random_tables(shape, seed)
    words = shape[-1] - 4
    found = decode(beam_search, tables, beam_size=words**3, num_results=5, max_length=4, length_penalty=length_penalty)
    for image, table in enumerate(tables):
        scores, captions = zip(*all_captions(table, 4, length_penalty)[:5], strict=True)
        assert tuple(map(without_padding, found.token_ids[image])) == captions
        np.testing.assert_allclose(found.scores[image], scores, rtol=1e-5)


@pytest.mark.parametrize("beam_size", [2, 3])
@pytest.mark.parametrize("max_length", [1, 2, 3, 5])
def test_probabilities_and_scores_are_those_of_the_captions(
    decode, random_tables, log_prob, without_padding, beam_size, max_length
):
    tables = random_tables((2, 7, 7), seed=4)
    found = decode(beam_search, tables, beam_size=beam_size, max_length=max_length, length_penalty=0.5)
    for image, beam in zip(*np.nonzero(np.isfinite(found.log_probs)), strict=True):
        caption = without_padding(found.token_ids[image, beam])
        expected = log_prob(tables[image], caption)
        np.testing.assert_allclose(found.log_probs[image, beam], expected, rtol=1e-5)
        np.testing.assert_allclose(found.scores[image, beam], expected / len(caption) ** 0.5, rtol=1e-5)


@pytest.mark.parametrize("max_length", [1, 2, 3, 4])
@pytest.mark.parametrize("length_penalty", [0, 0.7])
def test_a_beam_of_one_is_greedy_search(decode, random_tables, max_length, length_penalty):
    tables = random_tables((20, 8, 8), seed=5)
    options = {"max_length": max_length, "length_penalty": length_penalty}
    for one, other in zip(
        decode(beam_search, tables, beam_size=1, **options), decode(greedy_search, tables, **options), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("length_penalty", "best"), [(0, [END, PAD, PAD]), (1, [A, B, END])])
def test_the_length_penalty_decides_between_short_and_long(decode, table, length_penalty, best):
    short_or_long = table({START: {END: 0.45, A: 0.5}, A: {B: 0.9}, B: {END: 0.9}}, size=6)
    found = decode(beam_search, [short_or_long], beam_size=2, max_length=3, length_penalty=length_penalty)
    assert found.token_ids[0, 0].tolist() == best


def test_finished_captions_leave_room_for_live_ones(decode, table):
    # Both live captions are most likely to end at the second step, yet the best caption goes on from there.
    tempting = table({START: {A: 0.5, B: 0.4}, A: {END: 0.5, C: 0.45}, B: {END: 0.9}, C: {END: 0.99}}, size=7)
    found = decode(beam_search, [tempting], beam_size=2, max_length=5, length_penalty=1)
    assert found.token_ids[0].tolist() == [[A, C, END, PAD, PAD], [B, END, PAD, PAD, PAD]]


def test_a_finished_caption_is_kept_while_live_ones_go_on(decode, table):
    early = table({START: {END: 0.3, A: 0.4, B: 0.3}, A: {A: 0.4, B: 0.4}, B: {A: 0.4, B: 0.4}}, size=6)
    found = decode(beam_search, [early], beam_size=2, max_length=6, length_penalty=0)
    assert found.token_ids[0, 0].tolist() == [END, PAD, PAD, PAD, PAD, PAD]
    np.testing.assert_allclose(np.exp(found.log_probs[0, 0]), 0.3, rtol=1e-6)


def test_a_caption_at_the_limit_is_closed_at_its_true_price(decode, table):
    endless = table({START: {A: 0.9}, A: {A: 0.9, END: 0.05}}, size=5)
    found = decode(beam_search, [endless], beam_size=2, num_results=1, max_length=3, length_penalty=1)
    assert found.token_ids[0, 0].tolist() == [A, A, END]
    np.testing.assert_allclose(np.exp(found.log_probs[0, 0]), 0.9 * 0.9 * 0.05, rtol=1e-5)


@pytest.mark.parametrize("search", [beam_search, greedy_search])
def test_a_caption_ends_even_if_the_model_never_ends_one(decode, table, search):
    endless = table({START: {A: 0.6, B: 0.4}, A: {B: 0.9}, B: {A: 0.9}}, size=6)
    found = decode(search, [endless], max_length=3, length_penalty=0)
    assert found.token_ids[0, 0].tolist() == [A, B, END]
    assert np.isfinite(found.log_probs[0, 0])


def test_results_are_sorted_and_distinct(decode, random_tables, without_padding):
    found = decode(beam_search, random_tables((4, 8, 8), seed=6), beam_size=6, max_length=6)
    assert (np.diff(found.scores, axis=1) <= 0).all()
    for captions in found.token_ids:
        assert len(set(map(without_padding, captions))) == 6


def test_asking_for_fewer_results_leaves_the_best_ones(decode, random_tables):
    tables = random_tables((6, 9, 9), seed=7)
    three = decode(beam_search, tables, beam_size=3, max_length=8)
    one = decode(beam_search, tables, beam_size=3, num_results=1, max_length=8)
    np.testing.assert_array_equal(one.token_ids, three.token_ids[:, :1])


def test_an_image_is_captioned_alike_in_any_batch(decode, random_tables):
    tables = random_tables((5, 8, 8), seed=8)
    tables[0, START] = np.where(np.arange(8) == END, 0.93, 0.01)  # done at once, while the others go on
    together = decode(beam_search, tables, max_length=7)
    for image, table in enumerate(tables):
        alone = decode(beam_search, [table], max_length=7)
        np.testing.assert_array_equal(alone.token_ids[0], together.token_ids[image])
        np.testing.assert_allclose(alone.log_probs[0], together.log_probs[image], rtol=1e-6)


@pytest.mark.parametrize("beam_size", [1, 2, 3])
def test_only_words_come_before_the_end_and_only_padding_after(decode, random_tables, beam_size):
    tables = random_tables((8, 8, 8), seed=9)
    tables[:, :, [PAD, START, UNKNOWN]] += 1  # what is forbidden is the likeliest everywhere
    tables /= tables.sum(axis=-1, keepdims=True)
    found = decode(beam_search, tables, beam_size=beam_size, forbidden_ids=(UNKNOWN, C), max_length=5)
    for caption in found.token_ids.reshape(-1, 5).tolist():
        end = caption.index(END)
        assert not {PAD, START, UNKNOWN, C} & set(caption[:end])
        assert set(caption[end + 1 :]) <= {PAD}


def test_forbidding_a_word_does_not_change_the_probability_of_others(decode, garden_path):
    options = {"beam_size": 2, "num_results": 1, "max_length": 3, "length_penalty": 0}
    allowed = decode(beam_search, [garden_path], **options)
    forbidden = decode(beam_search, [garden_path], forbidden_ids=(UNKNOWN, A), **options)
    np.testing.assert_array_equal(allowed.log_probs, forbidden.log_probs)


def test_captions_that_do_not_exist_are_padding_without_probability(decode, table):
    one_word = table({START: {A: 0.7, END: 0.2}, A: {A: 0.5, END: 0.4}}, size=5)
    found = decode(beam_search, [one_word], beam_size=4, max_length=2)
    assert found.token_ids[0].tolist() == [[A, END], [END, PAD], [PAD, PAD], [PAD, PAD]]
    assert found.log_probs[0, 2:].tolist() == found.scores[0, 2:].tolist() == [-np.inf, -np.inf]


def test_a_limit_of_one_token_leaves_the_empty_caption(decode, garden_path):
    found = decode(beam_search, [garden_path], beam_size=3, max_length=1)
    assert found.token_ids[0].tolist() == [[END], [PAD], [PAD]]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="elsewhere a step is traced, not called")
def test_the_search_stops_when_nothing_can_improve(decode, table):
    certain = table({START: {A: 0.99}, A: {END: 0.99}}, size=5)
    steps = []

    def counting_search(step, state, rules, **options):
        return beam_search(lambda *args: (steps.append(1), step(*args))[1], state, rules, **options)

    decode(counting_search, [certain], beam_size=2, num_results=1, max_length=50, length_penalty=0)
    assert len(steps) == 2


def test_half_precision_logits_give_single_precision_scores(garden_path):
    logits = ops.cast(np.log(garden_path[START] + 1e-3), "float16")

    def step(token_ids, state):
        return ops.broadcast_to(logits, (ops.shape(token_ids)[0], 6)), state

    found = beam_search(step, ops.zeros((2, 1)), CaptionRules(START, END, PAD, max_length=3))
    assert {str(ops.dtype(found.log_probs)), str(ops.dtype(found.scores))} == {"float32"}


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("beam_size", 0, "`beam_size` must be a whole number of at least 1; received 0"),
        ("num_results", 4, "`num_results` must be a whole number from 1 to 3; received 4"),
        ("max_length", 2.5, "`max_length` must be a whole number of at least 1; received 2.5"),
        ("length_penalty", -1, "`length_penalty` must be 0 or more; received -1"),
        ("forbidden_ids", (END,), "`end_id` must differ"),
    ],
)
def test_options_out_of_range_are_named(decode, garden_path, option, value, message):
    with pytest.raises(ConfigError, match=message):
        decode(beam_search, [garden_path], **{option: value})


def test_a_state_without_tensors_is_refused():
    with pytest.raises(ConfigError, match="at least one tensor"):
        beam_search(lambda *args: args, {}, CaptionRules(START, END, PAD))


@pytest.mark.parametrize("search", [beam_search, greedy_search])
@pytest.mark.parametrize("min_length", [1, 2, 4])
def test_no_caption_is_shorter_than_asked_for(decode, random_tables, without_padding, search, min_length):
    tables = random_tables((5, 6, 6), seed=9)
    tables[..., END] += 5  # Most captions would end at once.
    found = decode(search, tables, min_length=min_length, max_length=6)
    lengths = [len(without_padding(tokens)) for image in found.token_ids for tokens in image]
    assert min(lengths) == min_length
