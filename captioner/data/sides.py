"""Words that a mirror image would make wrong."""

import re

_SIDE = re.compile(r"(?:^|-)(?:left|right)")


def names_side(word: str) -> bool:
    """Whether a lower-case word says left or right, alone or as a part: `leftmost`, `right-hand`, `upper-left`.

    A caption that has such a word does not describe the picture's mirror image. That `leftover` and the `right` of
    "right beside" count as well costs no more than a mirror image that is not shown.

    >>> [word for word in ("left", "upright", "upper-left", "rightmost") if names_side(word)]
    ['left', 'upper-left', 'rightmost']
    """
    return _SIDE.search(word) is not None
