"""Captions without meaning, but as long and as full of frequent words, commas and apostrophes as people's."""

import numpy as np
from training_workload import caption_lengths

# Share of all words that the most frequent 1, 12, 100, 1,000 and 25,000 words make up in 260,000 captions of COCO and
# Flickr30k; between these, shares grow evenly with the logarithm of the rank.
RANKS = (1, 12, 100, 1_000, 25_000)
SHARES = (0.10, 0.36, 0.60, 0.85, 1.0)

CAPITAL, FULL_STOP, COMMA, POSSESSIVE, HYPHEN = 0.85, 0.80, 0.08, 0.013, 0.03  # share of captions that have it
CONSONANTS, VOWELS = "tnsrhldcmfpgwybvkxjqz", "eaiou"


def make_captions(images: int, captions_per_image: int, *, seed: int = 0) -> list[list[str]]:
    """For each image its captions. Words are drawn on their own, so there are more different n-grams than in language.

    Args:
        images: how many.
        captions_per_image: of each.
        seed: the same for the same captions.
    """
    randomness = np.random.default_rng(seed)
    lengths = caption_lengths(images * captions_per_image, randomness)
    words = [spell(rank) for rank in range(RANKS[-1])]
    drawn = iter([words[rank] for rank in word_ranks(int(lengths.sum()), randomness)])
    signs = randomness.uniform(size=(len(lengths), 5)) < (CAPITAL, FULL_STOP, COMMA, POSSESSIVE, HYPHEN)
    captions = [
        punctuate([next(drawn) for _ in range(length)], *row)
        for length, row in zip(lengths.tolist(), signs.tolist(), strict=True)
    ]
    return [captions[start : start + captions_per_image] for start in range(0, len(captions), captions_per_image)]


def word_ranks(count: int, randomness: np.random.Generator) -> list[int]:
    """Ranks from 0, drawn as often as `SHARES` says."""
    logarithms = np.interp(randomness.uniform(size=count), (0.0, *SHARES), np.log((1, *(rank + 1 for rank in RANKS))))
    return (np.exp(logarithms).astype(np.int64) - 1).clip(0, RANKS[-1] - 1).tolist()


def spell(rank: int) -> str:
    """A word of its own for every rank, shorter for the frequent ones: te, ta, ..., zuzute."""
    syllables = len(CONSONANTS) * len(VOWELS)
    consonant, vowel = divmod(rank % syllables, len(VOWELS))
    syllable = CONSONANTS[consonant] + VOWELS[vowel]
    return spell(rank // syllables - 1) + syllable if rank >= syllables else syllable


def punctuate(words: list[str], capital: bool, full_stop: bool, comma: bool, possessive: bool, hyphen: bool) -> str:
    """A caption of at least four words with the signs asked for."""
    words[1] += "'s" * possessive
    words[-2] += f"-{words[-1]}" * hyphen
    words[2] += "," * comma
    text = " ".join(words) + "." * full_stop
    return text.capitalize() if capital else text
