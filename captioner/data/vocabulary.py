"""Text to token ids and back."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from captioner.errors import VocabularyError
from groundwork.files import write_text

PAD, START, END, UNKNOWN = "<pad>", "<start>", "<end>", "<unk>"
SPECIAL_TOKENS = (PAD, START, END, UNKNOWN)
PAD_ID, START_ID, END_ID, UNKNOWN_ID = range(4)

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def split_words(text: str) -> list[str]:
    """Lower-cased words of a caption; inner apostrophes and hyphens stay, all other punctuation goes.

    >>> split_words("A man's T-shirt, (red) .")
    ['a', "man's", 't-shirt', 'red']
    """
    # Composed accents, because a letter followed by a combining accent would end the word.
    return _WORD.findall(unicodedata.normalize("NFC", text).lower().replace("’", "'"))


class Vocabulary:
    """A fixed list of words in which the first four are padding, start, end and unknown.

    Args:
        words: every token in id order, the special ones included.

    Raises:
        VocabularyError: the special tokens do not lead, or a word is empty, has a space in it or stands twice.
    """

    def __init__(self, words: Sequence[str]):
        if tuple(words[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
            raise VocabularyError(
                f"A vocabulary begins with {' '.join(SPECIAL_TOKENS)}, one a line; this one begins with "
                f"{' '.join(words[:4]) or 'nothing'}."
            )
        wrong = [word for word, count in Counter(words).items() if count > 1 or word.split() != [word]]
        if wrong:
            raise VocabularyError(f"The vocabulary has an empty, divided or repeated word: {wrong[0]!r}.")
        self.words = tuple(words)
        self._ids = {word: index for index, word in enumerate(self.words)}

    @classmethod
    def build(cls, captions: Iterable[str], *, min_count: int = 1, max_size: int | None = None) -> "Vocabulary":
        """Words that occur at least `min_count` times, the most frequent first, ties in alphabetical order.

        `max_size` bounds the number of entries, the four special ones included.

        Raises:
            VocabularyError: `max_size` leaves no room for the special tokens.
        """
        if max_size is not None and max_size < len(SPECIAL_TOKENS):
            raise VocabularyError(f"`max_size` must be at least {len(SPECIAL_TOKENS)}, received {max_size}.")
        counts = Counter(word for caption in captions for word in split_words(caption))
        kept = sorted((word for word in counts if counts[word] >= min_count), key=lambda word: (-counts[word], word))
        return cls([*SPECIAL_TOKENS, *kept][:max_size])

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Reads what `save` wrote.

        Raises:
            VocabularyError: the file cannot be read or is malformed.
        """
        try:
            return cls(Path(path).read_text(encoding="utf-8-sig").splitlines())
        except OSError as error:
            raise VocabularyError(f"The vocabulary {path} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise VocabularyError(f"The vocabulary {path} is not UTF-8 text.") from error
        except VocabularyError as error:
            raise VocabularyError(f"{path}: {error}") from error

    def save(self, path: str | Path) -> None:
        """Writes one token a line, in id order."""
        write_text(path, "\n".join(self.words) + "\n")

    def encode(self, caption: str) -> list[int]:
        """Token ids of the words alone, without start and end; unknown words become `UNKNOWN_ID`."""
        return [self._ids.get(word, UNKNOWN_ID) for word in split_words(caption)]

    def decode(self, token_ids: Iterable[int]) -> str:
        """The words up to the end token, joined by spaces; padding and start are skipped.

        Raises:
            VocabularyError: an id is outside the vocabulary.
        """
        words = []
        for token_id in token_ids:
            if token_id == END_ID:
                break
            if not 0 <= token_id < len(self.words):
                raise VocabularyError(f"The token id {token_id} is outside the vocabulary of {len(self.words)} words.")
            if token_id not in (PAD_ID, START_ID):
                words.append(self.words[token_id])
        return " ".join(words)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._ids
