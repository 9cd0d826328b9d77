"""Captions to words as coco-caption makes them: the Penn Treebank tokenizer, small letters, no punctuation.

Equal to the Java tool on 331 hard sentences, on every character of Unicode's basic plane but one (the capital sigma,
which becomes small in its own way at the end of a word), and on 298,510 captions, each by itself. One more
difference: coco-caption hands all captions to the Java tool as one text, and whether a caption's last letter keeps
its full stop (`a sign that reads K.`) depends on how the next caption begins; so it does in 11 of these captions.
Here nothing depends on a neighbour.
"""

import re
from functools import lru_cache
from itertools import chain

from captioner.metrics.ptb_characters import reduce_to_kinds
from captioner.metrics.ptb_rules import RULES

# coco-caption means to remove brackets as well, but asks for -LRB- where its tokenizer writes -lrb-: they stay.
PUNCTUATION = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])

_LINE_ENDS = re.compile("[\n\r\x0b\x0c\u2028\u2029]")
# Where a rule may look beyond a space: tags, spaces of other kinds, 1 1/2, (555) 123-4567, no. 5, . . ., vitamin C. The
_ACROSS_SPACES = re.compile(r"[<\t\u00a0\u2000-\u200a\u3000]|[\d)] +\d|\. +[.\d]|[A-Za-z]\. +[A-Z]")
# A quick look for a character without which none of these can be there.
_UNUSUAL = re.compile(r"[^A-Za-z .,'\-]|\. +[^ ]")
_IN_TWO = frozenset(["cannot", "gimme", "gonna", "gotta", "lemme", "wanna"])


def tokenize(text: str) -> list[str]:
    r"""The words of one caption.

    A space within a word, as in `1 1/2`, is U+00A0. Line ends count as spaces. (coco-caption replaces only `\n`; at any
    other its Java program splits the caption, and gives all captions that follow to the wrong images.)

    >>> tokenize("A man's dog (brown) can't run , 1/2 asleep.")
    ['a', 'man', "'s", 'dog', '-lrb-', 'brown', '-rrb-', 'ca', "n't", 'run', '1/2', 'asleep']
    """
    if not text.isprintable():
        text = _LINE_ENDS.sub(" ", text)
    if _UNUSUAL.search(text) and _ACROSS_SPACES.search(text):
        return apply_rules(text)
    return list(chain.from_iterable(map(_words_of_chunk, text.split(" "))))


@lru_cache(maxsize=2**16)
def _words_of_chunk(chunk: str) -> tuple[str, ...]:
    # A data set of captions has few different words: remembering them is many times faster than applying the rules.
    if chunk.isascii() and chunk.isalpha() and chunk.lower() not in _IN_TWO:
        return (chunk.lower(),)
    return tuple(apply_rules(chunk))


def apply_rules(text: str) -> list[str]:
    """The words of a text without line ends; `tokenize` is the same, but faster."""
    kinds = reduce_to_kinds(text) + "\n"  # Some rules want to see what follows, be it the end.
    words = []
    position = 0
    while position < len(text):
        token, position = _next_token(text, kinds, position)
        word = token.lower()
        if word and word not in PUNCTUATION:
            words.append(word)
    return words


def _next_token(text: str, kinds: str, position: int) -> tuple[str, int]:
    """What stands at a position, "" if that is no token, and the position after it."""
    token, after, longest = "", position + 1, position
    for match, group, respell in RULES:
        found = match(kinds, position)
        if found and found.end() > longest:
            longest, after = found.end(), found.end(group)
            token = respell(text[position:after])
    return token, after
