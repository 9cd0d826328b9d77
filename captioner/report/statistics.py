"""How varied captions are: distinct sentences and n-grams, repetition of the training set, collapse."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

Tokens = Sequence[str]

# Half of the images sharing this few sentences, counted in parts of all images, is a collapse. Captions that people
# write are at 0.5, because none is like another; those of a usable small model are near 0.2.
COLLAPSED_SHARE = 0.05


@dataclass(frozen=True)
class Diversity:
    """Counts over a list of captions, empty ones included.

    `distinct_words / words` and `distinct_pairs / pairs` are distinct-1 and distinct-2 of Li et al. 2016, "A
    Diversity-Promoting Objective Function for Neural Conversation Models", section 5.2. They fall as more captions are
    counted, so they compare lists of equally many captions only.
    """

    captions: int
    distinct_captions: int
    words: int
    distinct_words: int
    pairs: int
    distinct_pairs: int


@dataclass(frozen=True)
class Collapse:
    """The fewest sentences that caption half of the images, and how many images they caption."""

    sentences: int
    images: int
    all_images: int

    @property
    def warns(self) -> bool:
        """Whether the sentences are at most `COLLAPSED_SHARE` as many as the images; never below 20 images."""
        return self.sentences <= COLLAPSED_SHARE * self.all_images


def diversity(captions: Sequence[Tokens]) -> Diversity:
    """Counts distinct captions, words (1-grams) and pairs of neighbouring words (2-grams)."""
    words = Counter(word for caption in captions for word in caption)
    pairs = Counter(pair for caption in captions for pair in pairwise(caption))
    return Diversity(
        captions=len(captions),
        distinct_captions=len(set(map(tuple, captions))),
        words=words.total(),
        distinct_words=len(words),
        pairs=pairs.total(),
        distinct_pairs=len(pairs),
    )


def collapse(captions: Sequence[Tokens]) -> Collapse:
    """How few sentences caption half of the images, taking the most frequent ones first."""
    covered = sentences = 0
    for _, count in Counter(map(tuple, captions)).most_common():
        if 2 * covered >= len(captions):
            break
        covered, sentences = covered + count, sentences + 1
    return Collapse(sentences, covered, len(captions))


def share_found(captions: Sequence[Tokens], known: Collection[tuple[str, ...]]) -> float:
    """The share (0 to 1) of the captions that stand in `known`, word for word; 0 if there are none."""
    return sum(tuple(caption) in known for caption in captions) / max(len(captions), 1)
