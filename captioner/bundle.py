"""A trained captioner as one directory that needs nothing else: written atomically, checked when it is loaded.

config.json       format version, encoder, decoder and decoding settings, calibration where there is one
vocabulary.txt    a token a line, in id order
model.weights.h5  see `groundwork.weight_file`
metrics.json      every score with its conditions
README.md         the model card
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import keras
import numpy as np

from captioner.bundle_files import FORMAT_VERSION, find_bundle, read_config
from captioner.config import PRECISIONS, CalibrationConfig, DecodingConfig
from captioner.data.vocabulary import Vocabulary
from captioner.errors import VocabularyError
from captioner.models.block_encoder import BlockEncoder
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder
from captioner.models.encoders import describe_encoder, make_encoder
from groundwork.errors import BundleError, ConfigError
from groundwork.files import write_json, write_text
from groundwork.model_directory import assign_by_name, draft_of
from groundwork.weight_file import read_weights, write_weights


def load_bundle(preset: str | Path) -> CaptionModel:
    """A captioner from a bundle directory or a bundled model's name.

    Raises:
        BundleError: a file is missing, damaged, foreign, or written in a newer format.
        VocabularyError: the vocabulary does not fit the weights.
    """
    directory = find_bundle(preset)
    config = read_config(directory)
    vocabulary = Vocabulary.load(directory / "vocabulary.txt")
    try:
        encoder = make_encoder(**config["encoder"])
        decoder = make_decoder(**config["decoder"])
        calibration = CalibrationConfig(**config["calibration"]) if "calibration" in config else None
        model = CaptionModel(
            encoder, decoder, vocabulary, decoding=DecodingConfig(**config["decoding"]), calibration=calibration
        )
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        raise BundleError(
            f"{directory / 'config.json'} does not describe a captioner: {str(error).rstrip('.')}."
        ) from error
    if len(vocabulary) != decoder.vocabulary_size:
        raise VocabularyError(
            f"{directory / 'vocabulary.txt'} has {len(vocabulary)} words, the weights were trained with "
            f"{decoder.vocabulary_size}."
        )
    source = directory / "model.weights.h5"
    assign_by_name(_named_variables(model), read_weights(source), source=source)
    return model


def save_bundle(
    model: CaptionModel,
    directory: str | Path,
    *,
    precision: str = "8bit",
    metrics: Mapping[str, Any] | None = None,
    card: str | None = None,
) -> None:
    """Writes a bundle; an older one in the same place stays whole until the new one is complete.

    Args:
        model: the captioner.
        directory: created or replaced; a folder that is not a bundle is never overwritten.
        precision: `8bit`, `float16` or `float32`, see `groundwork.weight_file`; an encoder that is too sensitive for it
            is stored with twice the bits.
        metrics: scores with their conditions.
        card: the model card, Markdown.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"`precision` must be one of {', '.join(PRECISIONS)}, received {precision!r}.")
    with draft_of(directory) as draft:
        write_json(draft / "config.json", describe(model), indent=2)
        model.vocabulary.save(draft / "vocabulary.txt")
        weights = named_weights(model)
        write_weights(draft / "model.weights.h5", weights, precision=precision, finer=fine_weights(model, weights))
        write_json(draft / "metrics.json", metrics or {}, indent=2)
        name = Path(directory).name
        write_text(draft / "README.md", card or f"# {name}\n\nAn image captioner. Scores: see `metrics.json`.\n")


def describe(model: CaptionModel) -> dict[str, Any]:
    """The content of config.json."""
    calibration = {} if model.calibration is None else {"calibration": model.calibration.plain()}
    return {
        "format_version": FORMAT_VERSION,
        "encoder": describe_encoder(model.encoder),
        "decoder": {key: value for key, value in model.decoder.get_config().items() if key != "name"},
        "decoding": {field.name: getattr(model.decoding, field.name) for field in fields(DecodingConfig)},
        **calibration,
    }


def named_weights(model: CaptionModel) -> dict[str, np.ndarray]:
    """All weights of a captioner under their names on disk, `encoder/...` and `decoder/...`."""
    return {name: keras.ops.convert_to_numpy(variable) for name, variable in _named_variables(model).items()}


def fine_weights(model: CaptionModel, names: Iterable[str]) -> frozenset[str]:
    """Those of a captioner's weights, by their names on disk, that are stored with twice the bits of the others."""
    fine = isinstance(model.encoder, BlockEncoder) and model.encoder.needs_fine_weights
    return frozenset(name for name in names if fine and name.startswith("encoder/"))


def _named_variables(model: CaptionModel) -> dict[str, keras.Variable]:
    named = {f"encoder/{_below_root(variable, model.encoder)}": variable for variable in model.encoder.weights}
    return named | {f"decoder/{_below_root(variable, model.decoder)}": variable for variable in _decoder_weights(model)}


def _decoder_weights(model: CaptionModel) -> list[keras.Variable]:
    return [variable for variable in model.decoder.weights if "seed_generator" not in variable.path]


def _below_root(variable: keras.Variable, root: keras.Layer) -> str:
    return variable.path.removeprefix(f"{root.name}/")
