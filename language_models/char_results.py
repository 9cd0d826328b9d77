"""What a finished training leaves behind: the best model, stored small, with its scores and what they cost."""

import csv
import math
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import keras

from groundwork.errors import BundleError
from language_models.bundle import read_metrics
from language_models.char_config import CharConfig
from language_models.char_evaluation import CharEvaluator, bits
from language_models.char_model import CharModel
from language_models.text import TextParts


def best_loss(bundle: Path) -> float:
    """The validation loss of a run's best model so far, inf before there is one."""
    try:
        return read_metrics(bundle)["val_loss"]
    except (BundleError, KeyError):
        return math.inf


def write_final_bundle(parts: TextParts, config: CharConfig, run: Path) -> Path:
    """Stores `run/best` as `run/bundle`, scored as it will be loaded.

    Returns:
        The directory `run/bundle`.
    """
    best, bundle = CharModel.from_preset(run / "best"), run / "bundle"
    best.save_to_preset(bundle, precision=config.precision)
    stored = CharModel.from_preset(bundle)
    metrics = {
        "training": {**vars(config), "best_epoch": read_metrics(run / "best")["epoch"], **costs(best, run)},
        "scores": scores(stored, parts, config),
    }
    best.save_to_preset(bundle, precision=config.precision, metrics=metrics)
    return bundle


def scores(model: CharModel, parts: TextParts, config: CharConfig) -> list[dict[str, Any]]:
    """Nats and bits per token on the validation part and, if there is one, the test part, with their conditions."""
    evaluator, rows = CharEvaluator(model), []
    for name in ("validation", "test"):
        if part := getattr(parts, name):
            nats = evaluator.nats_per_token(model.alphabet.encode(part))
            conditions = {
                "part": name,
                "split": config.split,
                "characters": len(part),
                "per": model.alphabet.unit,
                "state": "carried from zeros through the whole part in one stream",
                "precision": config.precision,
            }
            rows.append({"values": {"nats": nats, "bits": bits(nats)}, "conditions": conditions})
    return rows


def costs(model: CharModel, run: Path) -> dict[str, Any]:
    """Parameters, seconds of all epochs, the median speed of an epoch, and the software."""
    with (run / "log.csv").open(encoding="utf-8", newline="") as file:
        epochs = list(csv.DictReader(file))
    return {
        "parameters": model.count_params(),
        "seconds": round(sum(float(row["seconds"]) for row in epochs), 1),
        "tokens_per_second": round(median(float(row["tokens_per_second"]) for row in epochs)),
        "backend": keras.backend.backend(),
        "keras": version("keras"),
    }
