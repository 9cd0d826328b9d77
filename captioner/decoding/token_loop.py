"""Captions that grow token by token, each without regard to the others, until all have ended."""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

from captioner.decoding.decoded import Decoded, Step
from captioner.decoding.rows import count_rows, take_rows
from captioner.decoding.rules import CaptionRules


class _Captions(NamedTuple):
    """The captions that are still worked on; each of `rows` is one of `(batch * captions_per_image)`."""

    rows: Any  # int32 (rows,)
    token_ids: Any  # int32 (rows, max_length)
    last_ids: Any  # int32 (rows,)
    ended: Any  # bool (rows,)
    log_probs: Any  # float32 (rows,)
    noise: Any  # what `choose` may need; leading axis rows
    state: Any  # likewise


def append_tokens(
    step: Step,
    initial_state: Any,
    choose: Callable[[Any, Any, Any], Any],
    rules: CaptionRules,
    *,
    noise: Any = (),
    captions_per_image: int = 1,
    halvings: int = 0,
) -> Decoded:
    """Appends the tokens that `choose(log_probs, position, captions)` names, until each caption has its end."""
    positions = ops.arange(rules.max_length, dtype="int32")

    def extend(position, captions):
        logits, state = step(captions.last_ids, captions.state)
        log_probs = rules.next_log_probs(logits, captions.token_ids, captions.last_ids, position)
        new_ids = ops.cast(choose(log_probs, position, captions), "int32")
        gained = ops.take_along_axis(log_probs, new_ids[:, None], axis=1)[:, 0]
        new_ids = ops.where(captions.ended, rules.pad_id, new_ids)
        return position + 1, captions._replace(
            token_ids=ops.where(ops.equal(positions, position), new_ids[:, None], captions.token_ids),
            last_ids=new_ids,
            ended=ops.logical_or(captions.ended, ops.equal(new_ids, rules.end_id)),
            log_probs=captions.log_probs + ops.where(captions.ended, 0.0, gained),
            state=state,
        )

    count = count_rows(initial_state)
    captions = _Captions(
        rows=ops.arange(count, dtype="int32"),
        token_ids=ops.full((count, rules.max_length), rules.pad_id, dtype="int32"),
        last_ids=ops.full((count,), rules.start_id, dtype="int32"),
        ended=ops.zeros((count,), dtype="bool"),
        log_probs=ops.zeros((count,), dtype="float32"),
        noise=noise,
        state=initial_state,
    )
    position, token_ids, log_probs = ops.zeros((), dtype="int32"), captions.token_ids, captions.log_probs
    rows_per_image = captions_per_image
    for halving in reversed(range(halvings + 1)):
        kept = (count_rows(captions) + 1) // 2 if halving else 0

        def running(_, captions, kept=kept):
            return ops.sum(ops.cast(ops.logical_not(captions.ended), "int32")) > kept

        position, captions = ops.while_loop(running, extend, (position, captions), maximum_iterations=rules.max_length)
        token_ids = ops.scatter_update(token_ids, captions.rows[:, None], captions.token_ids)
        log_probs = ops.scatter_update(log_probs, captions.rows[:, None], captions.log_probs)
        captions, rows_per_image = _first_live(captions, kept, rows_per_image), 1
    lengths = ops.sum(ops.cast(ops.not_equal(token_ids, rules.pad_id), "int32"), axis=-1)
    scores = rules.scores(log_probs, lengths)
    return Decoded(
        ops.reshape(token_ids, (-1, captions_per_image, rules.max_length)),
        ops.reshape(log_probs, (-1, captions_per_image)),
        ops.reshape(scores, (-1, captions_per_image)),
    )


def _first_live(captions: _Captions, kept: Any, rows_per_image: int) -> _Captions:
    """As many captions as are kept, those that have not ended before the others; each is an image's only one then."""
    chosen = ops.argsort(ops.cast(captions.ended, "int32"))[:kept]
    return take_rows(captions, chosen, rows_per_image=rows_per_image)
