"""The word vectors that a training begins with, where they are counted in texts instead of drawn at random."""

import sys
from pathlib import Path

import numpy as np

from captioner.data.prepared_data import PreparedData
from captioner.data.vocabulary import SPECIAL_TOKENS
from captioner.models.decoders import Decoder
from groundwork.distribution import Distribution
from groundwork.files import atomic_path, file_sha256
from groundwork.text_files import read_text
from groundwork.word_vectors import Neighbours, word_vectors

NEIGHBOURS = Neighbours(window=4, contexts=4000, first_word=len(SPECIAL_TOKENS))
"""Of words in captions, which are short: what a word does in its sentence counts more than the topic."""


def text_sha256(source: str) -> str | None:
    """The digest of the text that words are counted in beside the captions; None if there is none.

    Args:
        source: `NetworkConfig.word_vectors`.

    Raises:
        DataError: the text cannot be read.
    """
    if source in ("random", "captions"):
        return None
    read_text(source)
    return file_sha256(source)


def give_word_vectors(
    decoder: Decoder, source: str, data: PreparedData, distribution: Distribution, stored: Path
) -> None:
    """Replaces a decoder's random word vectors by counted ones of length 1, which is the random ones' mean.

    The special tokens, and words that have no neighbours, keep their random vectors.

    Args:
        decoder: a new one, built.
        source: `NetworkConfig.word_vectors`.
        data: the training captions and the vocabulary.
        distribution: of several workers one counts.
        stored: the file that holds the vectors from the first call on, `.npy`.

    Raises:
        DataError: the text cannot be read.
    """
    if source == "random":
        return
    with distribution.chief_first():
        if not stored.is_file():
            vectors = counted_vectors(source, data, dim=decoder.embedding_dim)
            with atomic_path(stored) as temporary:
                np.save(temporary, vectors)
        vectors = np.load(stored)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    random = np.asarray(decoder.embedding.get_weights()[0])
    decoder.embedding.embeddings.assign(np.where(lengths > 0, vectors / np.maximum(lengths, 1e-9), random))


def counted_vectors(source: str, data: PreparedData, *, dim: int) -> np.ndarray:
    """Vectors of the words' neighbours in the training captions and, if there is one, in a text; `(words, dim)`."""
    lines = [caption for record in data.train for caption in record.captions]
    if source != "captions":
        lines += read_text(source).split("\n")
    print(f"Counting the neighbours of words in {len(lines):,} lines.", file=sys.stderr)
    sequences = [np.array(data.vocabulary.encode(line), np.int64) for line in lines]
    return word_vectors(NEIGHBOURS.count(sequences, len(data.vocabulary)), dim=dim)
