"""Texts cut into training, validation and test parts that do not overlap."""

from typing import NamedTuple

from groundwork.errors import ConfigError

SPLITS = ("90/10", "95/5", "80/10/10")
"""nanoGPT's, char-rnn's and torch-rnn's, in percent of the text from its start."""


class TextParts(NamedTuple):
    """Consecutive parts of a text, or of its ids; the test part may be empty."""

    train: str
    validation: str
    test: str


def split_text(text: str, shares: str) -> TextParts:
    """Cuts a text at whole percentages of its length.

    Args:
        text: characters in reading order.
        shares: percent of the training, validation and, if any, test part, as "90/10" or "80/10/10".

    Raises:
        ConfigError: the shares are not two or three positive whole numbers that add up to 100.
    """
    train, validation, test = parse_shares(shares)
    first, second = len(text) * train // 100, len(text) * (train + validation) // 100
    return TextParts(text[:first], text[first:second], text[second:] if test else "")


def parse_shares(shares: str) -> tuple[int, int, int]:
    """The percentages in "90/10" or "80/10/10", the third 0 if it is not given."""
    try:
        numbers = [int(part) for part in shares.split("/")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or min(numbers, default=0) < 1 or sum(numbers) != 100:
        raise ConfigError(f"`split` must be percentages that add up to 100, such as 90/10; received {shares!r}.")
    return (numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else 0)
