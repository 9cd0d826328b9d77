"""METEOR 1.5: the official Java program aligns the captions, and from its counts the scores are computed here."""

from collections.abc import Sequence

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.java_tools import run_jar, what_is_missing
from captioner.metrics.metric import Tokens, weighted_sum

JAR = "meteor/meteor-1.5.jar"
ARGUMENTS = ("-", "-", "-stdio", "-l", "en", "-norm")
SEPARATOR = "|||"
FIELDS = 23  # numbers in a line of METEOR's statistics

# What METEOR 1.5 takes for English unless told otherwise, as coco-caption does (Denkowski and Lavie 2014, section 2.4).
ALPHA, BETA, GAMMA, DELTA = 0.85, 0.20, 0.60, 0.75
STAGE_WEIGHTS = np.array([1.0, 0.6, 0.8, 0.6])  # exact, stem, synonym, paraphrase


class Meteor:
    """METEOR 1.5 as coco-caption calls it: all four stages, the best of the references for each image.

    With matches m_i of stage i, weighted w_i, among content words (c) and function words (f) of the caption and of the
    reference that suits it best (Denkowski and Lavie 2014, section 2),

        P = sum_i w_i (delta m_i(c) + (1 - delta) m_i(f)) / (delta |c| + (1 - delta) |f|), R alike for the reference,
        F = P R / (alpha P + (1 - alpha) R),  METEOR = (1 - gamma (chunks / matches)^beta) F.

    The score of a corpus comes from the counts of all images added up. A caption that is its reference word for word
    has no chunk. The alignment uses WordNet and a table of paraphrases that come with pycocoevalcap.
    """

    name = "meteor"
    score_names = ("METEOR",)

    def unavailable(self) -> str | None:
        """What is missing to compute it, as the second half of a sentence; None if nothing is."""
        return what_is_missing(JAR)

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """Counts of words, matches and chunks, `(images, 23)`, in METEOR's own order.

        Raises:
            MetricError: Java or pycocoevalcap is missing, or the program fails.
        """
        lines = [request(texts, candidate) for texts, candidate in zip(references, candidates, strict=True)]
        answers = run_jar(JAR, ARGUMENTS, memory="2G", text="".join(lines)).splitlines()
        try:
            counts = np.array([answer.split() for answer in answers], np.float64).reshape(-1, FIELDS)
        except ValueError as error:
            raise MetricError(f"METEOR answered something that is not its {FIELDS} counts an image.") from error
        if len(counts) != len(lines):
            raise MetricError(f"METEOR was asked about {len(lines)} images and answered {len(counts)}.")
        return without_whole_chunks(counts)

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """The score of the counts added up, `(..., 1)`."""
        return meteor_scores(weighted_sum(statistics, weights))[..., None]

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """The score of each image's own counts, `(images, 1)`."""
        return meteor_scores(statistics)[:, None]


def request(references: Sequence[Tokens], candidate: Tokens) -> str:
    """A line of METEOR's protocol: `SCORE ||| reference ||| ... ||| candidate`."""
    texts = [" ".join(words).replace(SEPARATOR, "") for words in (*references, candidate)]
    return f" {SEPARATOR} ".join(["SCORE", *texts]) + "\n"


def without_whole_chunks(counts: np.ndarray) -> np.ndarray:
    """The counts, with no chunk where one chunk covers every word of caption and reference."""
    chunks, covered = counts[:, 20], np.all(counts[:, 21:23] == counts[:, 0:2], axis=1)
    counts[covered & (chunks == 1), 20] = 0
    return counts


def meteor_scores(counts: np.ndarray) -> np.ndarray:
    """METEOR of counts `(..., 23)`, `(...)`; 0 where nothing matches.

    The order is: words of caption and reference, function words of both; for each of the four stages matched content
    words of both and function words of both; chunks; words of the caption and of the reference that are in them.
    """
    lengths, function_words = counts[..., 0:2], counts[..., 2:4]
    content, function = np.moveaxis(counts[..., 4:20].reshape(*counts.shape[:-1], 4, 2, 2), -2, 0)  # (..., stages, 2)
    matched = np.einsum("s,...st->...t", STAGE_WEIGHTS, DELTA * content + (1 - DELTA) * function)
    precision, recall = np.moveaxis(
        _ratio(matched, DELTA * (lengths - function_words) + (1 - DELTA) * function_words), -1, 0
    )
    mean = _ratio(precision * recall, ALPHA * precision + (1 - ALPHA) * recall)
    fragmentation = _ratio(counts[..., 20], counts[..., 21:23].mean(axis=-1))
    return mean * (1 - GAMMA * fragmentation**BETA)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
