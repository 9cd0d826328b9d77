"""Whether people agree with a caption: the criterion by which a confidence is judged."""

from collections.abc import Sequence

from captioner.data.dangling import FUNCTION_WORDS
from captioner.metrics.tokenizer import tokenize

LEAST_SHARE = 0.5
CRITERION = (
    "at least half of the caption's words, those left out that only lead to others (a, the, with, is, ...), "
    "stand in one or another of the picture's human captions"
)


def shared_words(caption: str, references: Sequence[str]) -> float:
    """The share of a caption's words with a meaning that the references use as well, 0 to 1; 0 if it has none."""
    words = [word for word in tokenize(caption) if word not in FUNCTION_WORDS]
    known = {word for reference in references for word in tokenize(reference)}
    return sum(word in known for word in words) / len(words) if words else 0.0


def agrees(caption: str, references: Sequence[str]) -> bool:
    """Whether the caption meets `CRITERION`."""
    return shared_words(caption, references) >= LEAST_SHARE
