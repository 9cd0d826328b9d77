"""Decoding without a beam: greedy, or drawn at random with temperature, top-k and nucleus."""

from typing import Any

import keras
from keras import ops

from captioner.decoding.checks import check_count, check_sampling
from captioner.decoding.decoded import Decoded, Step
from captioner.decoding.draw import draw
from captioner.decoding.rows import count_rows, repeat_rows
from captioner.decoding.rules import CaptionRules
from captioner.decoding.token_loop import append_tokens


def greedy_search(step: Step, initial_state: Any, rules: CaptionRules) -> Decoded:
    """The caption of the likeliest token at each step, the lower id in a tie.

    Arguments, result and errors are those of `beam_search`; there is one beam, and the length penalty changes its score
    alone.
    """
    return append_tokens(
        step, initial_state, lambda log_probs, position, captions: ops.argmax(log_probs, axis=-1), rules
    )


def sample(
    step: Step,
    initial_state: Any,
    rules: CaptionRules,
    *,
    seed: int | keras.random.SeedGenerator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    num_results: int = 1,
    halvings: int = 0,
) -> Decoded:
    """Captions drawn at random from the model's distribution.

    Arguments, result and errors are those of `beam_search`; these are added:

    Args:
        seed: an int draws the same captions at each call; a `SeedGenerator` goes on to others.
        temperature: divides the log-probabilities; towards 0 the likeliest token is taken, above 1 all become alike.
        top_k: draws from this many likeliest tokens at most.
        top_p: draws from the fewest likeliest tokens that together have at least this probability, after temperature
            and `top_k` (the nucleus of Holtzman et al. 2020); the likeliest token always belongs to them.
        num_results: captions drawn for each image.
        halvings: how often rows that have ended are given up, each time when half of the rows that are left have.
            Without it a caption costs as much as the longest one of the batch, which is nothing to a few rows.

    Returns:
        Decoded with `num_results` beams in the order of the draw. Its `log_probs` are the model's own, whatever the
        options of the draw were.
    """
    check_count("num_results", num_results)
    check_sampling(temperature, top_k, top_p)
    state = initial_state if num_results == 1 else repeat_rows(initial_state, num_results)
    # Drawn at once, since a seed cannot advance inside a loop on every backend.
    noise = ops.transpose(keras.random.uniform((rules.max_length, count_rows(state)), dtype="float32", seed=seed))

    def choose(log_probs, position, captions):
        places = ops.take(captions.noise, position, axis=1)
        return draw(log_probs, places, temperature=temperature, top_k=top_k, top_p=top_p)

    return append_tokens(step, state, choose, rules, noise=noise, captions_per_image=num_results, halvings=halvings)
