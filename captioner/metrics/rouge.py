"""ROUGE-L, the longest common subsequence with the references, as coco-caption computes it."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from captioner.metrics.metric import Tokens, weighted_mean

BETA = 1.2


class RougeL:
    """ROUGE-L with beta 1.2, averaged over images.

    With LCS the number of words in the longest common subsequence of candidate c and reference s (Lin 2004, section
    3.1, equations 2 to 4), P = LCS / |c|, R = LCS / |s| and ROUGE-L = (1 + beta^2) P R / (R + beta^2 P). As in
    coco-caption, P and R are each the highest over the references, which need not be those of the same reference; and a
    caption without words counts as one empty word, so that it fully agrees with a reference that has no words either.
    """

    name = "rouge_l"
    score_names = ("ROUGE_L",)

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """The score of each image, `(images, 1)`."""
        scores = [rouge_l(texts, candidate) for texts, candidate in zip(references, candidates, strict=True)]
        return np.array(scores, np.float64)[:, None]

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """The mean over images, `(..., 1)`."""
        return weighted_mean(statistics, weights)

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """`statistics` itself."""
        return statistics


def rouge_l(references: Sequence[Tokens], candidate: Tokens) -> float:
    """ROUGE-L of one caption, between 0 and 1."""
    words = candidate or ("",)
    places = word_places(words)
    pairs = [(lcs_length(places, len(words), text or ("",)), len(text) or 1) for text in references]
    precision = max(common for common, _ in pairs) / len(words)
    recall = max(common / length for common, length in pairs)
    if not precision:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def word_places(words: Tokens) -> dict[str, int]:
    """For each word a number whose bit i says whether it stands at place i."""
    places: dict[str, int] = {}
    bit = 1
    for word in words:
        places[word] = places.get(word, 0) | bit
        bit <<= 1
    return places


def lcs_length(places: Mapping[str, int], length: int, others: Iterable[str]) -> int:
    """Length of the longest common subsequence of two captions, one of them given by `word_places` and its length.

    One column of the usual table is one number, of which a bit is 0 where the entries of the column grow; a word takes
    three operations on it (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"), so captions of thousands of
    words are no trouble.
    """
    column = everything = (1 << length) - 1
    for word in others:
        if word in places:
            grows = column & places[word]
            column = (column + grows) | (column - grows)
    return length - (column & everything).bit_count()
