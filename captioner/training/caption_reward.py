"""What a sampled caption is worth: CIDEr-D, and if wanted BLEU-4, against the human captions of its image."""

from collections.abc import Sequence

import numpy as np

from captioner.data.vocabulary import END, END_ID, Vocabulary
from captioner.metrics.bleu_reward import BleuReward
from captioner.metrics.cider_reward import CiderReward
from captioner.metrics.reference_index import ReferenceIndex
from captioner.metrics.tokenizer import tokenize


class CaptionReward:
    """Weighted sum of CIDEr-D (0 to 10) and sentence BLEU-4 (0 to 1) of token ids, words as the metrics count them.

    The end of a caption is a word to both, in references and samples. Without it CIDEr-D pays for captions that stop in
    the middle, as in `a dog runs on a`, since their last words earn a little and nothing is lost; with it, an end after
    a word that ends no human caption is an n-gram that nobody used.

    Args:
        captions: for each training image its human captions, which also give the document frequencies.
        vocabulary: the words behind the token ids.
        cider_weight: of CIDEr-D.
        bleu_weight: of BLEU-4; 0 spares its computation.
    """

    def __init__(
        self,
        captions: Sequence[Sequence[str]],
        vocabulary: Vocabulary,
        *,
        cider_weight: float = 1.0,
        bleu_weight: float = 0.0,
    ):
        self.vocabulary = vocabulary
        self._index = ReferenceIndex([[[*tokenize(text), END] for text in texts] for texts in captions])
        parts = [(cider_weight, CiderReward), (bleu_weight, BleuReward)]
        self._parts = [(weight, reward(self._index)) for weight, reward in parts if weight]

    def __call__(self, image_numbers: np.ndarray, token_ids: np.ndarray) -> np.ndarray:
        """Rewards of a batch.

        Args:
            image_numbers: the place of each image among `captions`, int `(images,)`.
            token_ids: int `(images, captions, time)`; padding may follow the end token.

        Returns:
            float64 `(images * captions,)`.
        """
        images, captions, time = token_ids.shape
        words = [self.words(row) for row in token_ids.reshape(images * captions, time).tolist()]
        matched = self._index.match(np.repeat(image_numbers, captions), words)
        return sum((weight * reward.of(matched) for weight, reward in self._parts), np.zeros(len(words)))

    def words(self, token_ids: Sequence[int]) -> list[str]:
        """A caption's words as the metrics count them, and the end if it has one."""
        return [*tokenize(self.vocabulary.decode(token_ids)), *([END] if END_ID in token_ids else [])]
