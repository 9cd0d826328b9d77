"""Captions to words, as the metrics compare them."""

import re

# A word is a run of letters and digits, with apostrophes, hyphens and full stops inside it kept: man's, t-shirt, 3.5.
_WORD = re.compile(r"[^\W_]+(?:['\-.][^\W_]+)*")


def tokenize(text: str) -> list[str]:
    """Lower-case words without punctuation.

    >>> tokenize("A man's dog, (brown) runs .")
    ['a', "man's", 'dog', 'brown', 'runs']
    """
    return _WORD.findall(text.lower().replace("\u2019", "'"))
