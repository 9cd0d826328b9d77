"""N-grams that a candidate shares with a reference of its image."""

import numpy as np

from captioner.metrics.ngrams import NgramEntries, find_sorted


def match_entries(
    candidates: NgramEntries, references: NgramEntries, reference_images: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of entries of the same image and n-gram.

    Args:
        candidates: caption i is that of image i.
        references: entries of the same order.
        reference_images: the image of each reference.

    Returns:
        Places in `candidates` and places in `references`, both `(pairs,)`.
    """
    size = 1 + max(candidates.ngrams.max(initial=0), references.ngrams.max(initial=0))
    wanted = reference_images[references.captions] * size + references.ngrams
    places = find_sorted(candidates.captions * size + candidates.ngrams, wanted)
    found = np.flatnonzero(places >= 0)
    return places[found], found
