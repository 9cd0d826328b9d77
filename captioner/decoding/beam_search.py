"""Beam search over `step`: batched, compiled, finished captions kept apart from live ones."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from captioner.decoding.candidates import best_continuations, best_finished
from captioner.decoding.checks import check_count
from captioner.decoding.decoded import Decoded, Step
from captioner.decoding.rows import choose_rows, count_rows, repeat_rows
from captioner.decoding.rules import CaptionRules
from captioner.decoding.sampling import greedy_search


class LiveCaptions(NamedTuple):
    """Captions that have not ended; a place that is not taken has log-probability -inf."""

    token_ids: Any  # int32 (batch * beams, max_length)
    last_ids: Any  # int32 (batch * beams,)
    log_probs: Any  # float32 (batch, beams), descending
    state: Any  # leading axis batch * beams


def beam_search(
    step: Step, initial_state: Any, rules: CaptionRules, *, beam_size: int = 3, num_results: int | None = None
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
        initial_state: nest of tensors with leading axis batch; repeated to `batch * beam_size` here unless `PerImage`.
        rules: what captions may consist of, and how they are compared.
        beam_size: captions kept alive per image.
        num_results: captions returned per image, by default and at most `beam_size`; fewer let the search end earlier.

    Returns:
        Decoded with `num_results` beams.

    Raises:
        ConfigError: an option is out of range.
    """
    check_count("beam_size", beam_size)
    places = beam_size if num_results is None else num_results
    check_count("num_results", places, at_most=beam_size)
    if beam_size == 1:
        return greedy_search(step, initial_state, rules)

    def can_improve(_, live, finished):
        upper_bounds = rules.scores(live.log_probs[:, 0], rules.max_length)
        return ops.any(upper_bounds > finished.scores[:, -1])

    def extend(length, live, finished):
        """Takes live captions from `length` tokens to one more."""
        logits, state = step(live.last_ids, live.state)
        log_probs = rules.next_log_probs(logits, live.token_ids, live.last_ids, length)
        closed = _close(live, log_probs[:, rules.end_id], length, rules)
        best, parents, words = best_continuations(live.log_probs, log_probs, end_id=rules.end_id)
        token_ids, state = choose_rows((live.token_ids, state), parents, rows_per_image=beam_size)
        words = ops.reshape(words, (-1,))  # (batch * beams,)
        live = LiveCaptions(_put(token_ids, length, words[:, None]), words, best, state)
        return length + 1, live, best_finished(finished, closed)

    batch = count_rows(initial_state)
    live = _starts(repeat_rows(initial_state, beam_size), batch, beam_size, rules)
    before = (ops.zeros((), dtype="int32"), live, _nothing(batch, places, rules))
    _, _, finished = ops.while_loop(can_improve, extend, before, maximum_iterations=rules.max_length)
    return finished


def _starts(state, batch, beam_size: int, rules: CaptionRules) -> LiveCaptions:
    """One empty caption per image; the other places are not taken, or all would hold the same."""
    rows = batch * beam_size
    only_first = np.where(np.arange(beam_size) == 0, 0, -np.inf).astype("float32")
    return LiveCaptions(
        token_ids=ops.full((rows, rules.max_length), rules.pad_id, dtype="int32"),
        last_ids=ops.full((rows,), rules.start_id, dtype="int32"),
        log_probs=ops.zeros((batch, beam_size), dtype="float32") + only_first,
        state=state,
    )


def _nothing(batch, places: int, rules: CaptionRules) -> Decoded:
    worst = ops.full((batch, places), -np.inf, dtype="float32")
    return Decoded(ops.full((batch, places, rules.max_length), rules.pad_id, dtype="int32"), worst, worst)


def _close(live: LiveCaptions, end_log_probs, length, rules: CaptionRules) -> Decoded:
    """Every live caption of `length` tokens with the end token after it."""
    beams = live.log_probs.shape[1]
    token_ids = ops.reshape(_put(live.token_ids, length, rules.end_id), (-1, beams, rules.max_length))
    log_probs = live.log_probs + ops.reshape(end_log_probs, (-1, beams))
    return Decoded(token_ids, log_probs, rules.scores(log_probs, length + 1))


def _put(token_ids, position, new_ids):
    """The rows with `new_ids` at `position`."""
    return ops.where(ops.equal(ops.arange(token_ids.shape[1], dtype="int32"), position), new_ids, token_ids)
