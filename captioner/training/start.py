"""What a run begins with: a new network, or the bundle that its recipe starts from, with that bundle's words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from captioner.bundle import load_bundle
from captioner.bundle_files import find_bundle
from captioner.data.prepared_data import PreparedData
from captioner.data.vocabulary import UNKNOWN_ID, Vocabulary
from captioner.errors import VocabularyError
from captioner.models.caption_model import CaptionModel
from captioner.training.first_words import text_sha256
from captioner.training.network import build_model
from captioner.training.recipe import Recipe
from groundwork.files import file_sha256

# Below this share of known words the captions are in another language, or in another world.
LEAST_KNOWN = 0.5


def first_model(recipe: Recipe, vocabulary: Vocabulary) -> CaptionModel:
    """The captioner that the first stage begins with."""
    if recipe.start_from is None:
        return build_model(recipe.network, vocabulary, recipe.decoding)
    model = load_bundle(recipe.start_from)
    return CaptionModel(model.encoder, model.decoder, vocabulary, decoding=recipe.decoding)


def training_data(recipe: Recipe) -> PreparedData:
    """The prepared data with the vocabulary that the network has.

    Raises:
        DataError: the prepared directory is incomplete.
        VocabularyError: the network to start from does not know half of the words.
    """
    data = PreparedData.load(recipe.data_directory)
    if recipe.start_from is None:
        return data
    vocabulary = Vocabulary.load(find_bundle(recipe.start_from) / "vocabulary.txt")
    known = known_words(vocabulary, data)
    if known < LEAST_KNOWN:
        raise VocabularyError(
            f"{recipe.start_from} knows {known:.0%} of the words of the training captions in {recipe.data_directory}; "
            f"to go on with it, it must know {LEAST_KNOWN:.0%}."
        )
    return replace(data, vocabulary=vocabulary)


def known_words(vocabulary: Vocabulary, data: PreparedData) -> float:
    """The share of the training captions' words that a vocabulary knows, 0 to 1."""
    ids = [token for record in data.train for caption in record.captions for token in vocabulary.encode(caption)]
    return sum(token != UNKNOWN_ID for token in ids) / max(len(ids), 1)


def describe_inputs(recipe: Recipe, data: PreparedData) -> dict[str, Any]:
    """What a run reads, as its record names it: digests of files, and how many images there are.

    Raises:
        DataError: a text for word vectors cannot be read.
    """
    names = ("train.json", "val.json", "vocabulary.txt")
    return {
        "data_sha256": {name: file_sha256(recipe.data_directory / name) for name in names},
        "start_from_sha256": None if recipe.start_from is None else file_sha256(_weights(recipe.start_from)),
        "word_vectors_sha256": text_sha256(recipe.network.word_vectors),
        "images": {"train": len(data.train), "val": len(data.val)},
    }


def _weights(bundle: str | Path) -> Path:
    return find_bundle(bundle) / "model.weights.h5"
