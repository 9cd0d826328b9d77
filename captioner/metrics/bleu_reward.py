"""BLEU-4 of single captions as a reward, on the same prepared references as `CiderReward`."""

from collections.abc import Sequence

import numpy as np

from captioner.metrics.bleu import Bleu
from captioner.metrics.reference_index import MatchedNgrams, ReferenceIndex, Words


class BleuReward:
    """Sentence BLEU-4 as coco-caption computes it, see `Bleu`: next to 0 without a match of four words.

    Args:
        references: for each image the words of its human captions, at least one; or their index, which several rewards
            can share.

    Raises:
        MetricError: an image has no reference.
    """

    def __init__(self, references: Sequence[Sequence[Words]] | ReferenceIndex):
        self.index = references if isinstance(references, ReferenceIndex) else ReferenceIndex(references)
        self._bleu = Bleu()

    def __call__(self, images: Sequence[int] | np.ndarray, captions: Sequence[Words]) -> np.ndarray:
        """BLEU-4 of each caption, between 0 and 1, float64 `(captions,)`; arguments are those of `CiderReward`."""
        return self.of(self.index.match(images, captions))

    def of(self, matched: MatchedNgrams) -> np.ndarray:
        """As a call, for captions that were matched with `index`."""
        return self._bleu.per_image(self._bleu.ngram_statistics(matched))[:, -1]
