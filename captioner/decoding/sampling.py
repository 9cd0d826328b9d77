"""Decoding of one caption per image: greedy, or drawn at random with temperature, top-k and nucleus."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from captioner.decoding.checks import check_count, check_length_penalty, check_sampling
from captioner.decoding.decoded import DEFAULT_LENGTH_PENALTY, Decoded, Step, normalise_by_length
from captioner.decoding.draw import draw
from captioner.decoding.next_token import never_emitted, next_log_probs
from captioner.decoding.rows import count_rows


def greedy_search(
    step: Step,
    initial_state: Any,
    *,
    start_id: int,
    end_id: int,
    pad_id: int,
    forbidden_ids: Sequence[int] = (),
    min_length: int = 1,
    max_length: int = 20,
    length_penalty: float = DEFAULT_LENGTH_PENALTY,
) -> Decoded:
    """The caption of the likeliest token at each step, the lower id in a tie.

    Arguments, result and errors are those of `beam_search`; there is one beam, and `length_penalty` changes its score
    alone.
    """
    return _decode(
        step,
        initial_state,
        lambda log_probs, _: ops.argmax(log_probs, axis=-1),
        start_id=start_id,
        end_id=end_id,
        pad_id=pad_id,
        forbidden_ids=forbidden_ids,
        min_length=min_length,
        max_length=max_length,
        length_penalty=length_penalty,
    )


def sample(
    step: Step,
    initial_state: Any,
    *,
    start_id: int,
    end_id: int,
    pad_id: int,
    forbidden_ids: Sequence[int] = (),
    min_length: int = 1,
    max_length: int = 20,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | keras.random.SeedGenerator,
    length_penalty: float = DEFAULT_LENGTH_PENALTY,
) -> Decoded:
    """A caption drawn at random from the model's distribution.

    Arguments, result and errors are those of `beam_search`, and one beam is returned; these are added:

    Args:
        temperature: divides the log-probabilities; towards 0 the likeliest token is taken, above 1 all become alike.
        top_k: draws from this many likeliest tokens at most.
        top_p: draws from the fewest likeliest tokens that together have at least this probability, after temperature
            and `top_k` (the nucleus of Holtzman et al. 2020); the likeliest token always belongs to them.
        seed: an int draws the same captions at each call; a `SeedGenerator` goes on to others.

    Returns:
        Decoded with one beam. Its `log_probs` are the model's own, whatever the options of the draw were.
    """
    check_count("max_length", max_length)
    check_sampling(temperature, top_k, top_p)
    # Drawn at once, since a seed cannot advance inside a loop on every backend.
    noise = keras.random.uniform((max_length, count_rows(initial_state)), dtype="float32", seed=seed)

    def choose(log_probs, position):
        places = ops.take(noise, position, axis=0)
        return draw(log_probs, places, temperature=temperature, top_k=top_k, top_p=top_p)

    return _decode(
        step,
        initial_state,
        choose,
        start_id=start_id,
        end_id=end_id,
        pad_id=pad_id,
        forbidden_ids=forbidden_ids,
        min_length=min_length,
        max_length=max_length,
        length_penalty=length_penalty,
    )


class _Captions(NamedTuple):
    token_ids: Any  # int32 (batch, max_length)
    last_ids: Any  # int32 (batch,)
    ended: Any  # bool (batch,)
    log_probs: Any  # float32 (batch,)
    state: Any


def _decode(
    step: Step,
    initial_state: Any,
    choose: Callable[[Any, Any], Any],
    *,
    start_id: int,
    end_id: int,
    pad_id: int,
    forbidden_ids: Sequence[int],
    min_length: int,
    max_length: int,
    length_penalty: float,
) -> Decoded:
    """Appends the tokens that `choose(log_probs, position)` names, until each caption has its end."""
    check_count("max_length", max_length)
    check_count("min_length", min_length, at_most=max_length)
    check_length_penalty(length_penalty)
    banned_ids = never_emitted(start_id=start_id, end_id=end_id, pad_id=pad_id, forbidden_ids=forbidden_ids)
    positions = ops.arange(max_length, dtype="int32")

    def running(_, captions):
        return ops.logical_not(ops.all(captions.ended))

    def extend(position, captions):
        must_end, must_go_on = ops.equal(position, max_length - 1), position + 1 < min_length
        logits, state = step(captions.last_ids, captions.state)
        log_probs = next_log_probs(
            logits, banned_ids=banned_ids, end_id=end_id, must_end=must_end, must_go_on=must_go_on
        )
        new_ids = ops.cast(choose(log_probs, position), "int32")
        gained = ops.take_along_axis(log_probs, new_ids[:, None], axis=1)[:, 0]
        new_ids = ops.where(captions.ended, pad_id, new_ids)
        token_ids = ops.where(ops.equal(positions, position), new_ids[:, None], captions.token_ids)
        log_probs = captions.log_probs + ops.where(captions.ended, 0.0, gained)
        ended = ops.logical_or(captions.ended, ops.equal(new_ids, end_id))
        return position + 1, _Captions(token_ids, new_ids, ended, log_probs, state)

    batch = count_rows(initial_state)
    captions = _Captions(
        token_ids=ops.full((batch, max_length), pad_id, dtype="int32"),
        last_ids=ops.full((batch,), start_id, dtype="int32"),
        ended=ops.zeros((batch,), dtype="bool"),
        log_probs=ops.zeros((batch,), dtype="float32"),
        state=initial_state,
    )
    before = (ops.zeros((), dtype="int32"), captions)
    _, captions = ops.while_loop(running, extend, before, maximum_iterations=max_length)
    lengths = ops.sum(ops.cast(ops.not_equal(captions.token_ids, pad_id), "int32"), axis=-1)
    scores = normalise_by_length(captions.log_probs, lengths, length_penalty)
    return Decoded(captions.token_ids[:, None], captions.log_probs[:, None], scores[:, None])
