"""Where in the picture the words of a caption come from, how sure each was, and which others were close."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from captioner.data.vocabulary import END_ID, PAD_ID, START_ID, UNKNOWN_ID, Vocabulary
from captioner.explanation.following import follow
from captioner.explanation.occlusion import covered_features
from captioner.models.caption_model import CaptionModel

ATTENTION, OCCLUSION = "attention", "occlusion"

# Among the runners-up: the caption could end here, or what the picture shows has no word in the vocabulary.
_NAMES = {END_ID: "(end)", UNKNOWN_ID: "(unknown)"}


@dataclass(frozen=True)
class ExplainedWord:
    """One word of a caption.

    Attributes:
        word: itself.
        probability: after the words before it, 0 to 1.
        runners_up: the most likely other words in its place with their probabilities, the likeliest first.
        places: float32 `(side, side)`, row by row over the whole picture. With attention the weights, which sum to 1;
            with occlusion by how much the log-probability falls where a spot is covered, 0 where it rises.
        covered: the least probability with any one spot covered; None with attention.
    """

    word: str
    probability: float
    runners_up: tuple[tuple[str, float], ...]
    places: np.ndarray
    covered: float | None = None


@dataclass(frozen=True)
class Explanation:
    """A caption word by word.

    Attributes:
        words: in their order.
        ending: the probability that the caption ends after them.
        method: how `places` were found, `attention` or `occlusion`.
    """

    words: tuple[ExplainedWord, ...]
    ending: float
    method: str

    @property
    def text(self) -> str:
        return " ".join(word.word for word in self.words)

    @property
    def probability(self) -> float:
        """Of exactly these words in this order, the end included."""
        return math.prod(word.probability for word in self.words) * self.ending


def explain(model: CaptionModel, picture: np.ndarray, text: str, *, runners_up: int = 3) -> Explanation:
    """Explains a caption that the model gave to a picture, or any other of its words.

    A decoder with attention says itself where it looked. For any other one the picture is shown again with one spot
    covered after the other, 49 further runs of the CNN.

    Args:
        model: the captioner.
        picture: uint8 `(height, width, 3)`, RGB.
        text: words of the model's vocabulary with spaces between them.
        runners_up: how many other words are named for each.
    """
    token_ids = [*map(model.vocabulary.words.index, text.split()), END_ID]
    log_probs, attention = follow(model, model.encode(picture[None]), token_ids)
    if attention is not None:
        side = math.isqrt(attention.shape[2])
        places, least = list(attention[:, 0].reshape(-1, side, side)), None
    else:
        log_probs, _ = follow(model, covered_features(model, picture), token_ids)
        chosen = log_probs[np.arange(len(token_ids)), :, token_ids]  # (time, 1 + spots)
        side = math.isqrt(chosen.shape[1] - 1)
        places = list(np.maximum(chosen[:, :1] - chosen[:, 1:], 0).reshape(-1, side, side))
        least = np.exp(chosen[:, 1:].min(axis=1))
    own = np.exp(log_probs[:, 0].astype(np.float64))  # (time, vocabulary)
    words = [
        ExplainedWord(
            model.vocabulary.words[token_id],
            float(own[time, token_id]),
            likeliest_others(own[time], token_id, model.vocabulary, runners_up),
            places[time],
            None if least is None else float(least[time]),
        )
        for time, token_id in enumerate(token_ids[:-1])
    ]
    return Explanation(tuple(words), float(own[-1, END_ID]), OCCLUSION if attention is None else ATTENTION)


def likeliest_others(
    probabilities: np.ndarray, chosen: int, vocabulary: Vocabulary, count: int
) -> tuple[tuple[str, float], ...]:
    """The words that could stand in the place of the chosen one, the likeliest first."""
    order: Sequence[int] = np.argsort(-probabilities, kind="stable").tolist()
    others = [token_id for token_id in order if token_id != chosen and token_id not in (PAD_ID, START_ID)][:count]
    names = [_NAMES.get(token_id, vocabulary.words[token_id]) for token_id in others]
    return tuple(zip(names, probabilities[others].tolist(), strict=True))
