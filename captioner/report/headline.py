"""The scores of all captions together, each with its interval and what it says, or why it is missing."""

from typing import Any

from captioner.scoring import Evaluation

_MEANINGS = {
    "Bleu_1": "Words that a reference of the same image has too; captions that are too short lose.",
    "Bleu_2": "The same for runs of one and two words.",
    "Bleu_3": "The same for runs of one to three words.",
    "Bleu_4": "The same for runs of one to four words: fluency as much as content.",
    "METEOR": "Words aligned with the best reference; stems, synonyms and paraphrases count too.",
    "ROUGE_L": "The longest sequence of words shared with a reference, in order but with gaps.",
    "CIDEr": "Likeness to all references in runs of one to four words; those that few images have count most.",
    "CIDEr-D": "The formula that coco-caption prints as CIDEr, under its own name.",
    "SPICE": "Objects, their attributes and relations that captions and references both state.",
}
_PRINTED_NAMES = {"Bleu_1": "BLEU-1", "Bleu_2": "BLEU-2", "Bleu_3": "BLEU-3", "Bleu_4": "BLEU-4", "ROUGE_L": "ROUGE-L"}


def headline(evaluation: Evaluation) -> list[dict[str, Any]]:
    """One row a score, in percent as papers print them, with the ends of its interval; missing ones come last."""
    present = [
        _row(name, _percent(value), " to ".join(map(_percent, evaluation.intervals[name])), _MEANINGS.get(name, ""))
        for name, value in evaluation.scores.items()
    ]
    missing = [_row(name, "–", "", f"Not computed: {reason}.") for name, reason in evaluation.not_computed.items()]
    return [*present, *missing]


def _row(name: str, value: str, interval: str, meaning: str) -> dict[str, str]:
    return {"name": _PRINTED_NAMES.get(name, name), "value": value, "interval": interval, "meaning": meaning}


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"
