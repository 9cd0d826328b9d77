"""What a unit might keep track of: properties of each place of a text that a reader knows when he has come so far."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_TAB = 8
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Feature(NamedTuple):
    """A property of a text's places.

    Attributes:
        name: for people.
        description: one sentence, for people.
        remembered: whether more than the character just read must be known.
        measure: from a text to float32 `(characters,)`; value t depends on the characters up to and including t.
    """

    name: str
    description: str
    remembered: bool
    measure: Callable[[str], np.ndarray]


def inside_quotes(text: str) -> np.ndarray:
    """1 from an opening double quotation mark to before the closing one, else 0; an empty line closes all."""
    values, inside = np.zeros(len(text), np.float32), False
    for place, character in enumerate(text):
        if character == "“" or (character == '"' and not inside):
            inside = True
        elif character in '"”' or text[place - 1 : place + 1] == "\n\n":
            inside = False
        values[place] = inside
    return values


def line_position(text: str) -> np.ndarray:
    """Characters since the last line feed, which itself has 0."""
    places = np.arange(1, len(text) + 1)
    ends = np.where(np.array(list(text)) == "\n", places, 0)
    return (places - np.maximum.accumulate(ends)).astype(np.float32)


def bracket_depth(text: str) -> np.ndarray:
    """Round, square and curly brackets that are open; one closed at the start of a line closes all, as in C."""
    values, depth = np.zeros(len(text), np.float32), 0
    for place, character in enumerate(text):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = 0 if text[place - 1 : place] in ("", "\n") else max(depth - 1, 0)
        values[place] = depth
    return values


def word_boundary(text: str) -> np.ndarray:
    """1 where a character is neither letter nor digit nor an underscore, so that a word has ended, else 0."""
    return np.array([not (character.isalnum() or character == "_") for character in text], np.float32)


def indentation(text: str) -> np.ndarray:
    """Columns of white space that the line begins with, as far as it has been read; tabs reach to multiples of 8."""
    values, width, leading = np.zeros(len(text), np.float32), 0, True
    for place, character in enumerate(text):
        if character == "\n":
            width, leading = 0, True
        elif leading and character in " \t":
            width = width + 1 if character == " " else (width // _TAB + 1) * _TAB
        else:
            leading = False
        values[place] = width
    return values


def capitals(text: str) -> np.ndarray:
    """1 on capital letters, else 0."""
    return np.array([character.isupper() for character in text], np.float32)


FEATURES = (
    Feature("quotes", "Inside double quotation marks.", True, inside_quotes),
    Feature("line position", "Characters since the start of the line.", True, line_position),
    Feature("bracket depth", "Brackets ( [ { that are open.", True, bracket_depth),
    Feature("word boundaries", "Between words: no letter, digit or underscore.", False, word_boundary),
    Feature("indentation", "White space at the start of the line.", True, indentation),
    Feature("capitals", "Capital letters.", False, capitals),
)
