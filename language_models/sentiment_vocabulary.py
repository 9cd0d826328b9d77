"""Texts as the ids of words or characters, whether they are written plainly or tokenised like the Penn Treebank."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from groundwork.errors import BundleError

PADDING, UNKNOWN = "<pad>", "<unk>"
PADDING_ID, UNKNOWN_ID = 0, 1
UNITS = ("word", "character")

_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}
_PLAIN = re.compile(r"<br\s*/?>|-[lr][rsc]b-|``|''|[‘’]|[“”]", re.IGNORECASE)
_WORD = re.compile(
    r"n't\b"  # Contractions apart, as the treebank has them: did n't, it 's.
    r"|'(?:s|re|ve|ll|d|m)\b"
    r"|\w+?(?=n't\b)"
    r"|\w+"
    r"|\.{2,}|-{2,}"
    r"|[^\w\s]"
)


def words_of(text: str) -> list[str]:
    """Lower-cased words and punctuation marks; line breaks of HTML are dropped, brackets and quotes made plain."""
    return _WORD.findall(_PLAIN.sub(_plain, text).lower())


def _plain(found: re.Match) -> str:
    mark = found[0].lower()
    if mark.startswith("<"):
        return " "
    if mark in "‘’":
        return "'"
    return _BRACKETS.get(mark, '"')


class Vocabulary:
    """Words, or characters, by id; id 0 is padding and id 1 stands for all that are not known.

    Args:
        tokens: each once, in the order of the ids, the first two being `PADDING` and `UNKNOWN`.
        unit: "word" or "character".
    """

    def __init__(self, tokens: Iterable[str], *, unit: str = "word"):
        self.tokens = tuple(tokens)
        self.unit = unit
        self._ids = {token: index for index, token in enumerate(self.tokens)}

    @classmethod
    def build(cls, texts: Iterable[str], *, unit: str = "word", min_count: int = 1, size: int = 0) -> "Vocabulary":
        """The tokens that stand at least `min_count` times, the most frequent first, `size` of them if it is not 0."""
        counts = Counter(token for text in texts for token in tokenize(text, unit))
        ranked = sorted((token for token in counts if counts[token] >= min_count), key=lambda x: (-counts[x], x))
        return cls([PADDING, UNKNOWN, *ranked[: size or None]], unit=unit)

    def extended(self, others: "Vocabulary") -> "Vocabulary":
        """This vocabulary and behind it what only the other one has."""
        new = [token for token in others.tokens if token not in self._ids]
        return Vocabulary([*self.tokens, *new], unit=self.unit)

    def __len__(self) -> int:
        return len(self.tokens)

    def tokenize(self, text: str) -> list[str]:
        return tokenize(text, self.unit)

    def ids(self, tokens: Sequence[str]) -> np.ndarray:
        """Int32 `(len(tokens),)`."""
        return np.fromiter((self._ids.get(token, UNKNOWN_ID) for token in tokens), np.int32, len(tokens))

    def encode(self, text: str) -> np.ndarray:
        return self.ids(self.tokenize(text))

    def to_text(self) -> str:
        """One token a line, in id order; the content of vocabulary.txt."""
        return "".join(token + "\n" for token in self.tokens)


def tokenize(text: str, unit: str) -> list[str]:
    """Words as `words_of` finds them, or the characters that are not white space."""
    return words_of(text) if unit == "word" else [character for character in text.lower() if not character.isspace()]


def read_vocabulary(text: str, *, unit: str, source: object) -> Vocabulary:
    """The vocabulary that `to_text` wrote.

    Raises:
        BundleError: the first two lines are others, or a token is empty or stands twice.
    """
    tokens = text.split("\n")[:-1]
    if tokens[:2] != [PADDING, UNKNOWN] or len(set(tokens)) < len(tokens) or not all(tokens):
        raise BundleError(f"{source} is not a vocabulary with {PADDING}, {UNKNOWN} and then one token a line.")
    return Vocabulary(tokens, unit=unit)
