"""What lies in a bundle directory, and where the bundled models are; usable before Keras is loaded.

config.json       format version, encoder, decoder and decoding settings, calibration where there is one
vocabulary.txt    a token a line, in id order
model.weights.h5  see `groundwork.weight_file`
metrics.json      every score with its conditions
README.md         the model card
"""

import json
from pathlib import Path
from typing import Any

from captioner.config import CalibrationConfig
from groundwork.errors import BundleError
from groundwork.files import write_json

FORMAT_VERSION = 1
PRESETS = Path(__file__).parent / "presets"
DEFAULT_PRESET = "flickr8k_coco_mobilenetv2_soft"


def preset_names() -> list[str]:
    """The models that come with the package."""
    return sorted(path.parent.name for path in PRESETS.glob("*/config.json"))


def find_bundle(preset: str | Path) -> Path:
    """The directory behind a bundled model's name or a path.

    Raises:
        BundleError: there is no such directory, or it is not a bundle.
    """
    directory = PRESETS / preset if str(preset) in preset_names() else Path(preset)
    if not directory.is_dir():
        raise BundleError(f"{preset} is neither a model directory nor a bundled model ({', '.join(preset_names())}).")
    missing = [
        name for name in ("config.json", "vocabulary.txt", "model.weights.h5") if not (directory / name).is_file()
    ]
    if missing:
        raise BundleError(f"{directory} is not a complete model: {' and '.join(missing)} missing.")
    return directory


def read_config(directory: Path) -> dict[str, Any]:
    """config.json, checked for its format version."""
    try:
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        version = config["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{directory / 'config.json'} is not the configuration of a captioner.") from error
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{directory} is written in format {version}; this version of captioner reads format {FORMAT_VERSION}."
        )
    return config


def write_calibration(directory: Path, calibration: CalibrationConfig) -> None:
    """Gives a bundle a calibration, in the place of an older one; its other files stay as they are."""
    write_json(directory / "config.json", {**read_config(directory), "calibration": calibration.plain()}, indent=2)


def read_metrics(directory: Path) -> dict[str, Any]:
    """metrics.json of a bundle.

    Raises:
        BundleError: it is missing or is not JSON.
    """
    try:
        return json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{directory / 'metrics.json'} is missing or is not JSON.") from error
