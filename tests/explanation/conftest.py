"""Explanations of two words, made by hand."""

import math

import numpy as np
import pytest

from captioner.explanation import ExplainedWord, Explanation


def corner(value: float) -> np.ndarray:
    """Nothing but the upper left of four places."""
    return np.array([[value, 0], [0, 0]], np.float32)


@pytest.fixture
def occlusion() -> Explanation:
    words = [
        ExplainedWord("red", 0.5, (("blue", 0.25), ("(end)", 0.001)), corner(math.log(4)), 0.125),
        ExplainedWord("boat", 0.25, (("car", 0.5),), corner(math.log(2)), 0.125),
    ]
    return Explanation(tuple(words), 0.5, "occlusion")


@pytest.fixture
def attention() -> Explanation:
    flat = np.full((2, 2), 0.25, np.float32)
    return Explanation((ExplainedWord("$red_x", 0.999, (), flat),), 1.0, "attention")
