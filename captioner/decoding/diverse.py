"""Several captions of an image that differ in what they say, found side by side."""

from typing import Any

import numpy as np
from keras import ops

from captioner.decoding.checks import check_count, check_diversity
from captioner.decoding.decoded import Decoded, Step
from captioner.decoding.rows import choose_rows, repeat_rows
from captioner.decoding.rules import CaptionRules
from captioner.decoding.token_loop import append_tokens


def diverse_search(
    step: Step,
    initial_state: Any,
    rules: CaptionRules,
    *,
    num_results: int = 3,
    diversity: float = 1.0,
) -> Decoded:
    """Captions of which each takes the likeliest token that those before it have not taken at the same place.

    This is diverse beam search (Vijayakumar et al. 2016, arXiv:1610.02424, algorithm 1, with Hamming diversity) with
    groups of one caption: the first is greedy search, and each further one chooses by the log-probability less
    `diversity` for every earlier caption of the image that has the token at this place. Those that come out equal
    nevertheless count once.

    Arguments, result and errors are those of `beam_search`; these differ:

    Args:
        num_results: captions looked for; fewer are found where some come out equal.
        diversity: 0 makes all equal; at 1 a token must be e times as likely as another to be taken again.

    Returns:
        Decoded with `num_results` beams, the best first. Its `log_probs` are the model's own.
    """
    check_count("num_results", num_results)
    check_diversity(diversity)

    def choose(log_probs, position, captions):
        vocabulary = log_probs.shape[-1]
        log_probs = ops.reshape(log_probs, (-1, num_results, vocabulary))
        live = ops.reshape(ops.cast(ops.logical_not(captions.ended), "float32"), (-1, num_results, 1))
        taken, chosen = ops.zeros_like(log_probs[:, 0]), []
        for number in range(num_results):
            chosen.append(ops.argmax(log_probs[:, number] - diversity * taken, axis=-1))
            taken = taken + live[:, number] * ops.one_hot(chosen[-1], vocabulary)
        return ops.reshape(ops.stack(chosen, axis=1), (-1,))

    state = repeat_rows(initial_state, num_results)
    found = append_tokens(step, state, choose, rules, captions_per_image=num_results)
    return _distinct(found, pad_id=rules.pad_id)


def _distinct(found: Decoded, *, pad_id: int) -> Decoded:
    """The captions of each image by their scores, each once."""
    places, max_length = found.token_ids.shape[1:]
    equal = ops.all(ops.equal(found.token_ids[:, :, None], found.token_ids[:, None]), axis=-1)
    earlier = np.tril(np.ones((places, places), bool), -1)
    doubled = ops.any(ops.logical_and(equal, earlier), axis=-1)  # (batch, places)
    token_ids = ops.where(doubled[:, :, None], pad_id, found.token_ids)
    log_probs, scores = (ops.where(doubled, -np.inf, values) for values in (found.log_probs, found.scores))
    scores, order = ops.top_k(scores, places)
    rows = ops.reshape(token_ids, (-1, max_length)), ops.reshape(log_probs, (-1,))
    token_ids, log_probs = choose_rows(rows, order, rows_per_image=places)
    return Decoded(ops.reshape(token_ids, (-1, places, max_length)), ops.reshape(log_probs, (-1, places)), scores)
