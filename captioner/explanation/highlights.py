"""A photograph that is lit where a word came from and grey elsewhere."""

import math

import numpy as np
from PIL import Image

from captioner.explanation.explain import ATTENTION, ExplainedWord, Explanation

# How bright the grey of unlit places is, as a share of the photograph's own brightness.
DIMMED = 0.45

# The least fall that lights a place fully: a word that becomes half as likely when it is covered.
_LEAST_FALL = math.log(2)


def strengths(explanation: Explanation) -> list[np.ndarray]:
    """The places of each word from 0 to 1.

    Weights of attention sum to 1 for every word, so each word has its own scale, on which its strongest place is 1 if
    it has at least twice the weight that all would get alike. Falls of log-probabilities say by themselves how much a
    word depends on the photograph, so all words share a scale, on which the strongest place of all is 1 if covering it
    at least halves the word's probability.
    """
    places = [word.places for word in explanation.words]
    if explanation.method == ATTENTION:
        return [each / max(2 / each.size, float(each.max())) for each in places]
    greatest = max(_LEAST_FALL, *(float(each.max()) for each in places))
    return [each / greatest for each in places]


def mask(strength: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """Strengths `(side, side)` as a smooth picture of mode L with that (width, height); 255 is 1."""
    smooth = Image.fromarray(strength.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    return Image.fromarray(np.rint(255 * np.clip(np.asarray(smooth), 0, 1)).astype(np.uint8))


def dimmed(photograph: Image.Image) -> Image.Image:
    """The photograph as it is where nothing is lit: grey and dark."""
    return photograph.convert("L").point(lambda level: round(DIMMED * level)).convert("RGB")


def highlighted(photograph: Image.Image, strength: np.ndarray) -> Image.Image:
    """The photograph in its colours where strengths are 1, dimmed where they are 0."""
    return Image.composite(photograph, dimmed(photograph), mask(strength, photograph.size))


def percent(probability: float) -> str:
    """A probability in whole percent; what is almost 0 or almost 1 is not called so."""
    if 0 < probability < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= probability < 1 else f"{100 * probability:.0f} %"


def probabilities(word: ExplainedWord) -> str:
    """A word's probability, with occlusion also what is left of it without its brightest spot."""
    own = percent(word.probability)
    return own if word.covered is None else f"{own} \N{RIGHTWARDS ARROW} {percent(word.covered)}"


def evidence(explanation: Explanation) -> str:
    """What the light in the pictures and the numbers beside the words mean."""
    if explanation.method == ATTENTION:
        return (
            "Attention: light shows how the model weighted the places of the photograph when it chose the word, for "
            "each word relative to its own strongest place. Beside a word stands its probability, below it the "
            "likeliest others."
        )
    return (
        "Occlusion: light shows which spots make the word less likely when they are covered, and the number behind the "
        "arrow what is left of its probability without the brightest one. Below are the likeliest other words. The "
        "model sees the whole photograph once, before the first word, so there is no attention that could be shown."
    )


def whole_caption(explanation: Explanation) -> str:
    """The probability of all words together, the end included."""
    probability = explanation.probability
    odds = f"1 in {float(f'{1 / probability:.2g}'):,.0f}" if 0 < probability < 0.005 else percent(probability)
    return f"Probability of the whole caption: {odds}."
