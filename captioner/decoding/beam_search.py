"""Beam search over `step`: batched, compiled, finished captions kept apart from live ones."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from captioner.decoding.candidates import best_continuations, best_finished
from captioner.decoding.checks import check_count, check_length_penalty
from captioner.decoding.decoded import DEFAULT_LENGTH_PENALTY, Decoded, Step, normalise_by_length
from captioner.decoding.hygiene import Hygiene
from captioner.decoding.next_token import never_emitted, next_log_probs
from captioner.decoding.rows import choose_rows, count_rows, repeat_rows
from captioner.decoding.sampling import greedy_search


class LiveCaptions(NamedTuple):
    """Captions that have not ended; a place that is not taken has log-probability -inf."""

    token_ids: Any  # int32 (batch * beams, max_length)
    last_ids: Any  # int32 (batch * beams,)
    log_probs: Any  # float32 (batch, beams), descending
    state: Any  # leading axis batch * beams


def beam_search(
    step: Step,
    initial_state: Any,
    *,
    start_id: int,
    end_id: int,
    pad_id: int,
    forbidden_ids: Sequence[int] = (),
    beam_size: int = 3,
    num_results: int | None = None,
    min_length: int = 1,
    max_length: int = 20,
    length_penalty: float = DEFAULT_LENGTH_PENALTY,
    no_repeat_ngram: int = 0,
    dangling_ids: Sequence[int] = (),
) -> Decoded:
    """The captions with the highest length-normalised log-probability that a beam finds.

    Each step makes of the `beam_size` live captions twice as many: every one of them closed with the end token, and
    the `beam_size` best continuations by a word. The closed ones compete by score for `num_results` finished places,
    the continuations stay alive, so neither crowds out the other. An image is done when its best live caption, even if
    it went on to `max_length` with certainty, could not displace the worst finished one; the search ends when all
    images are done. What is found for an image depends on no other image of the batch.

    A beam of one is greedy search: it ends at the first end token that is the likeliest, whatever the length penalty.

    Args:
        step: the decoder, see `Step`.
        initial_state: nest of tensors with leading axis batch; repeated to `batch * beam_size` here.
        start_id: fed at the first step, never emitted.
        end_id: closes every caption and counts towards its length.
        pad_id: follows the end token, never emitted before it.
        forbidden_ids: further tokens that are never emitted. Probabilities are not renormalised, see `next_log_probs`.
        beam_size: captions kept alive per image.
        num_results: captions returned per image, by default and at most `beam_size`; fewer let the search end earlier.
        min_length: tokens of the shortest caption, its end token included; 2 rules out a caption without words.
        max_length: tokens of the longest caption, its end token included. A caption that gets there is closed, with
            the model's own log-probability of the end token.
        length_penalty: power of the length that divides the log-probability, see `normalise_by_length`.
        no_repeat_ngram: length of the sequences of tokens that no caption has twice, see `Hygiene`; 0 allows them.
        dangling_ids: tokens that no caption ends with, see `Hygiene`.

    Returns:
        Decoded with `num_results` beams.

    Raises:
        ConfigError: an option is out of range.
    """
    check_count("beam_size", beam_size)
    places = beam_size if num_results is None else num_results
    check_count("num_results", places, at_most=beam_size)
    check_count("max_length", max_length)
    check_count("min_length", min_length, at_most=max_length)
    check_length_penalty(length_penalty)
    if beam_size == 1:
        return greedy_search(
            step,
            initial_state,
            start_id=start_id,
            end_id=end_id,
            pad_id=pad_id,
            forbidden_ids=forbidden_ids,
            min_length=min_length,
            max_length=max_length,
            length_penalty=length_penalty,
            no_repeat_ngram=no_repeat_ngram,
            dangling_ids=dangling_ids,
        )
    banned_ids = never_emitted(start_id=start_id, end_id=end_id, pad_id=pad_id, forbidden_ids=forbidden_ids)
    hygiene = Hygiene(
        end_id=end_id,
        pad_id=pad_id,
        no_repeat_ngram=no_repeat_ngram,
        dangling_ids=dangling_ids,
        max_length=max_length,
    )

    def can_improve(_, live, finished):
        upper_bounds = normalise_by_length(live.log_probs[:, 0], max_length, length_penalty)
        return ops.any(upper_bounds > finished.scores[:, -1])

    def extend(length, live, finished):
        """Takes live captions from `length` tokens to one more."""
        must_end, must_go_on = ops.equal(length, max_length - 1), length + 1 < min_length
        logits, state = step(live.last_ids, live.state)
        log_probs = next_log_probs(
            logits, banned_ids=banned_ids, end_id=end_id, must_end=must_end, must_go_on=must_go_on
        )
        log_probs = hygiene(log_probs, live.token_ids, live.last_ids, length)
        closed = _close(live, log_probs[:, end_id], length, end_id=end_id, length_penalty=length_penalty)
        best, parents, words = best_continuations(live.log_probs, log_probs, end_id=end_id)
        token_ids, state = choose_rows((live.token_ids, state), parents, rows_per_image=beam_size)
        words = ops.reshape(words, (-1,))  # (batch * beams,)
        live = LiveCaptions(_put(token_ids, length, words[:, None]), words, best, state)
        return length + 1, live, best_finished(finished, closed)

    batch = count_rows(initial_state)
    state = repeat_rows(initial_state, beam_size)
    live = _starts(state, batch, beam_size, max_length, start_id=start_id, pad_id=pad_id)
    finished = _nothing(batch, places, max_length, pad_id=pad_id)
    before = (ops.zeros((), dtype="int32"), live, finished)
    _, _, finished = ops.while_loop(can_improve, extend, before, maximum_iterations=max_length)
    return finished


def _starts(state, batch, beam_size: int, max_length: int, *, start_id: int, pad_id: int) -> LiveCaptions:
    """One empty caption per image; the other places are not taken, or all would hold the same."""
    rows = batch * beam_size
    only_first = np.where(np.arange(beam_size) == 0, 0, -np.inf).astype("float32")
    return LiveCaptions(
        token_ids=ops.full((rows, max_length), pad_id, dtype="int32"),
        last_ids=ops.full((rows,), start_id, dtype="int32"),
        log_probs=ops.zeros((batch, beam_size), dtype="float32") + only_first,
        state=state,
    )


def _nothing(batch, places: int, max_length: int, *, pad_id: int) -> Decoded:
    worst = ops.full((batch, places), -np.inf, dtype="float32")
    return Decoded(ops.full((batch, places, max_length), pad_id, dtype="int32"), worst, worst)


def _close(live: LiveCaptions, end_log_probs, length, *, end_id: int, length_penalty: float) -> Decoded:
    """Every live caption of `length` tokens with the end token after it."""
    beams, max_length = live.log_probs.shape[1], live.token_ids.shape[1]
    token_ids = ops.reshape(_put(live.token_ids, length, end_id), (-1, beams, max_length))
    log_probs = live.log_probs + ops.reshape(end_log_probs, (-1, beams))
    return Decoded(token_ids, log_probs, normalise_by_length(log_probs, length + 1, length_penalty))


def _put(token_ids, position, new_ids):
    """The rows with `new_ids` at `position`."""
    return ops.where(ops.equal(ops.arange(token_ids.shape[1], dtype="int32"), position), new_ids, token_ids)
