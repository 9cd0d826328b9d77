"""Characters, or the bytes of their UTF-8 encoding, as token ids."""

import codecs
import json
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from groundwork.errors import BundleError, DataError

UNKNOWN = "\ufffd"
"""Stands for characters that are not in the alphabet: Unicode's replacement character."""

BYTES_HEADER = "bytes"
"""The only line of the alphabet file of a model that reads bytes."""


class Alphabet:
    """Unicode characters (code points) by id.

    Args:
        characters: each once, in the order of the ids. If U+FFFD is among them it stands for all others.
    """

    unit = "character"

    def __init__(self, characters: Iterable[str]):
        self.characters = tuple(characters)
        self._ids = {character: index for index, character in enumerate(self.characters)}
        if len(self._ids) < len(self.characters):
            raise DataError("An alphabet has each character once.")

    @classmethod
    def from_text(cls, text: str, *, min_count: int = 1) -> "Alphabet":
        """The characters of a text by code point; those that stand fewer than `min_count` times become U+FFFD."""
        counts = Counter(text)
        kept = {character for character, count in counts.items() if count >= min_count}
        return cls(sorted(kept if len(kept) == len(counts) else kept | {UNKNOWN}))

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Ids, int32 `(len(text),)`.

        Raises:
            DataError: the text has characters that the alphabet lacks, and there is no U+FFFD in it.
        """
        ids = self._ids
        if UNKNOWN not in ids:
            self._check_known(text)
        unknown = ids.get(UNKNOWN, 0)
        return np.fromiter((ids.get(character, unknown) for character in text), np.int32, len(text))

    def decode(self, token_ids: Iterable[int]) -> str:
        return "".join(self.characters[token_id] for token_id in token_ids)

    def decoder(self) -> "Alphabet":
        """Something whose `decode` takes the ids of a text piece by piece."""
        return self

    def to_text(self) -> str:
        """One JSON string a line, in id order; the content of alphabet.txt."""
        return "".join(json.dumps(character, ensure_ascii=not character.isprintable()) + "\n" for character in self)

    def __iter__(self):
        return iter(self.characters)

    def _check_known(self, text: str) -> None:
        unknown = sorted(set(text) - self._ids.keys())
        if unknown:
            shown = ", ".join(repr(character) for character in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
            raise DataError(
                f"The model's alphabet of {len(self)} characters lacks {len(unknown)} of the text's: {shown}."
            )


class ByteAlphabet:
    """The 256 bytes: every text in UTF-8 can be written, and no character is unknown."""

    unit = "byte"

    def __len__(self) -> int:
        return 256

    def encode(self, text: str) -> np.ndarray:
        """Ids, int32 `(bytes,)`."""
        return np.frombuffer(text.encode("utf-8"), np.uint8).astype(np.int32)

    def decode(self, token_ids: Iterable[int]) -> str:
        """The text; bytes that are no UTF-8, which a model may write, become U+FFFD."""
        return bytes(token_ids).decode("utf-8", errors="replace")

    def decoder(self) -> "_ByteDecoder":
        """Something whose `decode` takes the ids of a text piece by piece, and a character's bytes in two pieces."""
        return _ByteDecoder()

    def to_text(self) -> str:
        return BYTES_HEADER + "\n"


class _ByteDecoder:
    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def decode(self, token_ids: Iterable[int]) -> str:
        return self._decoder.decode(bytes(token_ids))


def read_alphabet(text: str, *, source: object) -> Alphabet | ByteAlphabet:
    """The alphabet that `to_text` wrote.

    Raises:
        BundleError: a line is not one JSON string of one character, or stands twice.
    """
    if text == BYTES_HEADER + "\n":
        return ByteAlphabet()
    try:
        characters: Sequence = [json.loads(line) for line in text.split("\n")[:-1]]
        if not all(isinstance(character, str) and len(character) == 1 for character in characters):
            raise ValueError("not a character")
        return Alphabet(characters)
    except (ValueError, DataError) as error:
        raise BundleError(f"{source} is not an alphabet with one character in quotes a line.") from error
