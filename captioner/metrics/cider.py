"""CIDEr as coco-caption prints it, and CIDEr-D: agreement with all references in the words that tell images apart."""

from collections.abc import Sequence

import numpy as np

from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.metrics.matches import match_entries
from captioner.metrics.metric import Tokens, weighted_mean
from captioner.metrics.ngrams import ORDERS, NgramEntries, NgramIndex, index_ngrams

SIGMA = 6.0
SCALE = 10.0


class Cider:
    """What coco-caption, and with it nearly every paper since 2015, prints as CIDEr.

    It is CIDEr-D, see `CiderD`, with the document frequencies of the references that it scores against. The metric that
    Vedantam et al. 2015 call CIDEr, equations 1 to 3, is another one: it neither clips nor looks at lengths.
    """

    name = "cider"
    score_names = ("CIDEr",)

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """The score of each image, `(images, 1)`."""
        return self.ngram_statistics(index_ngrams(references, candidates))

    def ngram_statistics(self, index: NgramIndex) -> np.ndarray:
        """As `statistics`."""
        return cider_d(index)[:, None]

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """The mean over images, `(..., 1)`; document frequencies stay those of the whole corpus."""
        return weighted_mean(statistics, weights)

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """`statistics` itself."""
        return statistics


class CiderD:
    """CIDEr-D (Vedantam, Zitnick and Parikh 2015, "CIDEr: Consensus-based image description evaluation").

    For candidate c and the m references s of its image, with sigma 6 and n from 1 to 4 (equation 4),

        CIDEr-D_n = 10 / m * sum over s of exp(-(|c| - |s|)^2 / (2 sigma^2)) * min(g(c), g(s)) . g(s) / (|g(c)| |g(s)|)

    and CIDEr-D is their mean over n. g gives each n-gram the number of times it stands in the caption times log(N / d),
    where d of the N images have it in a reference; one that no image has counts as d = 1. Two things are as in the
    authors' own program: g has counts where equation 1 has counts divided by their sum, so that `min` clips a repeated
    word at the number of times it stands in the reference, as the paper's text says; and words are not stemmed.

    With the document frequencies of the references themselves this is coco-caption's CIDEr to the last digit. With
    those of a larger corpus, even a single image can be scored, whose references by themselves would make all g 0.

    Args:
        document_frequencies: of a saved reference corpus; by default of the references that are scored against.
    """

    name = "cider_d"
    score_names = ("CIDEr-D",)

    def __init__(self, document_frequencies: DocumentFrequencies | None = None):
        self.document_frequencies = document_frequencies

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """The score of each image, `(images, 1)`."""
        return self.ngram_statistics(index_ngrams(references, candidates))

    def ngram_statistics(self, index: NgramIndex) -> np.ndarray:
        """As `statistics`."""
        return cider_d(index, self.document_frequencies)[:, None]

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """The mean over images, `(..., 1)`; document frequencies stay those of the whole corpus."""
        return weighted_mean(statistics, weights)

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """`statistics` itself."""
        return statistics


def cider_d(index: NgramIndex, frequencies: DocumentFrequencies | None = None) -> np.ndarray:
    """CIDEr-D of each image, between 0 and 10, `(images,)`; by default with the references' document frequencies."""
    if frequencies is None:
        frequencies = DocumentFrequencies.from_counts(index.keys, index.references, index.reference_counts)
    weights = frequencies.log_weights(index.keys)
    return mean_similarity(
        [weigh(entries, order) for entries, order in zip(index.candidates, weights, strict=True)],
        [weigh(entries, order) for entries, order in zip(index.references, weights, strict=True)],
        candidate_lengths=index.candidate_lengths,
        reference_lengths=index.reference_lengths,
        reference_images=index.reference_images,
    )


def weigh(entries: NgramEntries, weights: np.ndarray) -> NgramEntries:
    """Counts times the weights of their n-grams: g in the equation."""
    return entries._replace(values=entries.values * weights[entries.ngrams])


def mean_similarity(
    candidates: Sequence[NgramEntries],
    references: Sequence[NgramEntries],
    *,
    candidate_lengths: np.ndarray,
    reference_lengths: np.ndarray,
    reference_images: np.ndarray,
) -> np.ndarray:
    """CIDEr-D of captions whose n-grams are weighted.

    Args:
        candidates: by order; caption i is that of image i.
        references: by order, under the same numbers.
        candidate_lengths: words, `(images,)`.
        reference_lengths: words, `(references,)`.
        reference_images: the image of each reference, `(references,)`.

    Returns:
        CIDEr-D of each image, `(images,)`.
    """
    images = len(candidate_lengths)
    cosines = sum(
        clipped_cosines(ours, theirs, reference_images, images=images)
        for ours, theirs in zip(candidates, references, strict=True)
    )
    differences = candidate_lengths[reference_images] - reference_lengths
    sums = np.bincount(reference_images, cosines * np.exp(-(differences**2) / (2 * SIGMA**2)), minlength=images)
    return SCALE * sums / (len(ORDERS) * np.bincount(reference_images, minlength=images))


def clipped_cosines(
    candidates: NgramEntries, references: NgramEntries, reference_images: np.ndarray, *, images: int
) -> np.ndarray:
    """min(g(c), g(s)) . g(s) / (|g(c)| |g(s)|), c being the candidate of the image of reference s; `(references,)`."""
    captions = len(reference_images)
    entries, found = match_entries(candidates, references, reference_images)
    clipped = np.minimum(candidates.values[entries], references.values[found])
    products = np.bincount(references.captions[found], clipped * references.values[found], minlength=captions)
    norms = _norms(candidates, images)[reference_images] * _norms(references, captions)
    return np.divide(products, norms, out=np.zeros(captions), where=norms > 0)


def _norms(entries: NgramEntries, captions: int) -> np.ndarray:
    return np.sqrt(np.bincount(entries.captions, entries.values**2, minlength=captions))
