"""The rules of a search over a captioner's vocabulary."""

from typing import Any

from captioner.data.vocabulary import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from captioner.decoding.rules import CaptionRules


def caption_rules(**options: Any) -> CaptionRules:
    """Rules with the special tokens' ids, by which a caption has a word and no unknown one; the others are options."""
    return CaptionRules(START_ID, END_ID, PAD_ID, forbidden_ids=(UNKNOWN_ID,), min_length=2, **options)
