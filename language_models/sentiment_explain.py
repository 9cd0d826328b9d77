"""How the probability of a text's class moves from word to word, and the words coloured by it."""

import html
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from language_models.sentiment_model import SentimentModel

FULL_COLOUR = 0.3
"""Change of the probability that gets the strongest colour."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Sentiment, word by word</title>
<style>
body {{ font: 16px/1.7 system-ui, sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; color: #111; }}
span {{ padding: 0.1em 0.15em; border-radius: 0.2em; }}
p.about {{ color: #555; font-size: 0.9em; }}
</style>
<h1>Sentiment, word by word</h1>
<p class="about">Green words raise the probability of the class that is named, red ones lower it; the number appears
when the pointer rests on a word.</p>
{texts}
</html>
"""


class Explanation(NamedTuple):
    """A text's class, its probability, and what the model thinks after each word.

    Attributes:
        label: the likeliest class.
        probability: its probability after the whole text.
        words: what is read of the text.
        path: probability of `label` after each word.
        changes: how much each word moved it; before the first one all classes are equally likely.
    """

    label: str
    probability: float
    words: list[str]
    path: list[float]
    changes: list[float]


def explain(model: SentimentModel, text: str) -> Explanation:
    """Classifies every beginning of a text; a bidirectional model reads each of them back from its end.

    Raises:
        DataError: the text is empty.
    """
    tokens = model.vocabulary.tokenize(text)
    words = [tokens[place] for place in model.shorten(np.arange(len(tokens)))]
    token_ids = model.vocabulary.ids(words)
    probabilities = model.probabilities([token_ids[:end] for end in range(1, len(token_ids) + 1)])
    winner = int(probabilities[-1].argmax())
    path = [float(value) for value in probabilities[:, winner]]
    changes = np.diff([1 / len(model.classes), *path])
    return Explanation(model.classes[winner], path[-1], words, path, [float(change) for change in changes])


def plain(explanation: Explanation) -> str:
    """Each word with its change in percentage points, for files and pipes."""
    return " ".join(f"{w}({100 * c:+.0f})" for w, c in zip(explanation.words, explanation.changes, strict=True))


def coloured(explanation: Explanation) -> str:
    """The words on green and red backgrounds, for terminals with 24-bit colours."""
    pieces = []
    for word, change in zip(explanation.words, explanation.changes, strict=True):
        red, green, blue = colour(change)
        pieces.append(f"\x1b[48;2;{red};{green};{blue}m\x1b[38;2;0;0;0m{word}\x1b[0m")
    return " ".join(pieces)


def page(explanations: Sequence[Explanation]) -> str:
    """A self-contained HTML page with the words of all texts coloured."""
    return _PAGE.format(texts="\n".join(_paragraph(explanation) for explanation in explanations))


def colour(change: float) -> tuple[int, int, int]:
    """White for no change, towards green for a rise and towards red for a fall of the probability."""
    faded = round(255 - 155 * min(abs(change) / FULL_COLOUR, 1))
    return (faded, 255, faded) if change > 0 else (255, faded, faded)


def _paragraph(explanation: Explanation) -> str:
    spans = []
    for word, probability, change in zip(explanation.words, explanation.path, explanation.changes, strict=True):
        red, green, blue = colour(change)
        title = f"{probability:.3f} ({change:+.3f})"
        spans.append(
            f'<span style="background: rgb({red}, {green}, {blue})" title="{title}">{html.escape(word)}</span>'
        )
    label = html.escape(explanation.label)
    return f"<p><b>{label} {explanation.probability:.3f}</b> {' '.join(spans)}</p>"
