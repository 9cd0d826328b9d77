"""A trained language model as one directory that needs nothing else; usable before Keras is loaded.

config.json       format version, kind of model ("char" or "sentiment"), and what its class is made from
a text file       the model's symbols, for example alphabet.txt
model.weights.h5  see `groundwork.weight_file`
metrics.json      every score with its conditions
README.md         the model card
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from groundwork.errors import BundleError, ConfigError
from groundwork.files import write_json, write_text
from groundwork.model_directory import assign_by_name, draft_of
from groundwork.weight_file import read_weights, write_weights

if TYPE_CHECKING:
    import keras

FORMAT_VERSION = 1
PRESETS = Path(__file__).parent / "presets"
PRECISIONS = ("8bit", "float16", "float32")
SYMBOLS = {"char": "alphabet.txt", "sentiment": "vocabulary.txt"}
"""The file of symbols that each kind of model has."""


def preset_names(kind: str) -> list[str]:
    """The bundled models of a kind."""
    return [path.parent.name for path in sorted(PRESETS.glob("*/config.json")) if _kind(path.parent) == kind]


def find_bundle(preset: str | Path, *, kind: str) -> Path:
    """The directory behind a bundled model's name or a path.

    Raises:
        BundleError: there is no such directory, or it holds no complete model of this kind and format.
    """
    names = preset_names(kind)
    directory = PRESETS / preset if str(preset) in names else Path(preset)
    if not directory.is_dir():
        raise BundleError(f"{preset} is neither a model directory nor a bundled model ({', '.join(names) or 'none'}).")
    read_config(directory, kind=kind)
    missing = [name for name in (SYMBOLS[kind], "model.weights.h5") if not (directory / name).is_file()]
    if missing:
        raise BundleError(f"{directory} is not a complete model: {' and '.join(missing)} missing.")
    return directory


def read_config(directory: Path, *, kind: str) -> dict[str, Any]:
    """config.json, checked for its format version and its kind."""
    path = directory / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        version = config["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path} is missing or does not describe a language model.") from error
    if config.get("kind") != kind:
        found = f"a model of kind {config['kind']!r}" if "kind" in config else "another kind of model"
        raise BundleError(f"{directory} holds {found}; expected kind {kind!r}.")
    if version != FORMAT_VERSION:
        raise BundleError(f"{directory} is written in format {version}; this version reads format {FORMAT_VERSION}.")
    return config


def read_metrics(directory: Path) -> dict[str, Any]:
    """metrics.json of a bundle.

    Raises:
        BundleError: it is missing or is not JSON.
    """
    try:
        return json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{directory / 'metrics.json'} is missing or is not JSON.") from error


def save_bundle(
    directory: str | Path,
    *,
    kind: str,
    config: Mapping[str, Any],
    symbols: str,
    weights: Mapping[str, np.ndarray],
    precision: str = "8bit",
    metrics: Mapping[str, Any] | None = None,
    card: str | None = None,
) -> None:
    """Writes a bundle; an older one in the same place stays whole until the new one is complete.

    Args:
        directory: created or replaced; a folder that is not a bundle is never overwritten.
        kind: "char" or "sentiment".
        config: what the model's class is made from; format version and kind are added.
        symbols: text of the file of symbols.
        weights: by name, see `named_weights`.
        precision: `8bit`, `float16` or `float32`, see `groundwork.weight_file`.
        metrics: scores with their conditions.
        card: the model card, Markdown.

    Raises:
        BundleError: `directory` exists and is something else.
        ConfigError: the precision is unknown.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"`precision` must be one of {', '.join(PRECISIONS)}, received {precision!r}.")
    with draft_of(directory) as draft:
        write_json(draft / "config.json", {"format_version": FORMAT_VERSION, "kind": kind, **config}, indent=2)
        write_text(draft / SYMBOLS[kind], symbols)
        write_weights(draft / "model.weights.h5", weights, precision=precision)
        write_json(draft / "metrics.json", metrics or {}, indent=2)
        name = Path(directory).name
        write_text(draft / "README.md", card or f"# {name}\n\nA {kind} model. Scores: see `metrics.json`.\n")


def named_weights(root: "keras.Layer") -> dict[str, np.ndarray]:
    """All weights below a built layer or model, under names that do not depend on a Keras version."""
    return {name: np.array(variable) for name, variable in _named_variables(root).items()}


def load_named_weights(root: "keras.Layer", directory: Path) -> None:
    """Gives a built layer or model the weights of a bundle; nothing is changed unless all names and shapes fit.

    Raises:
        BundleError: the file is missing or damaged, a name is missing or unknown, or a shape differs.
    """
    source = directory / "model.weights.h5"
    assign_by_name(_named_variables(root), read_weights(source), source=source)


def _named_variables(root: "keras.Layer") -> "dict[str, keras.Variable]":
    # A seed's state is no weight of the model.
    kept = [variable for variable in root.weights if "seed_generator" not in variable.path]
    return {variable.path.removeprefix(f"{root.name}/"): variable for variable in kept}


def _kind(directory: Path) -> str | None:
    try:
        return json.loads((directory / "config.json").read_text(encoding="utf-8")).get("kind")
    except (OSError, ValueError, AttributeError):
        return None
