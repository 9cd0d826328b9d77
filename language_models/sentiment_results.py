"""What a finished training leaves behind: the best model, stored small, with its scores and what they cost."""

import csv
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from groundwork.errors import BundleError
from language_models.bundle import read_metrics
from language_models.sentiment_callbacks import score
from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_model import SentimentModel
from language_models.sentiment_split import Split


def best_accuracy(bundle: Path) -> float:
    """The validation accuracy of a run's best model so far, -1 before there is one."""
    try:
        return read_metrics(bundle)["val_accuracy"]
    except (BundleError, KeyError):
        return -1.0


def write_final_bundle(split: Split, config: SentimentConfig, run: Path) -> Path:
    """Stores `run/best` as `run/bundle`, scored as it will be loaded.

    Returns:
        The directory `run/bundle`.
    """
    best, bundle = SentimentModel.from_preset(run / "best"), run / "bundle"
    best.save_to_preset(bundle, precision=config.precision)
    stored = SentimentModel.from_preset(bundle)
    metrics = {
        "training": {**vars(config), "best_epoch": read_metrics(run / "best")["epoch"], **costs(best, split, run)},
        "scores": [scores(stored, split, config)],
    }
    best.save_to_preset(bundle, precision=config.precision, metrics=metrics)
    return bundle


def scores(model: SentimentModel, split: Split, config: SentimentConfig) -> dict[str, Any]:
    """Accuracy and nats a text on the validation part, which chose the epoch, with the conditions."""
    sequences = [model.encode(text) for text in split.validation.texts]
    accuracy, loss = score(model.probabilities(sequences), split.validation.labels)
    conditions = {
        "part": "validation, on which the epoch was chosen",
        "texts": len(sequences),
        "precision": config.precision,
    }
    return {"values": {"accuracy": accuracy, "nats": loss}, "conditions": conditions}


def costs(model: SentimentModel, split: Split, run: Path) -> dict[str, Any]:
    """Parameters, training texts, seconds of all epochs, and the software."""
    with (run / "log.csv").open(encoding="utf-8", newline="") as file:
        seconds = sum(float(row["seconds"]) for row in csv.DictReader(file))
    return {
        "parameters": model.count_params(),
        "texts": len(split.train.texts),
        "seconds": round(seconds, 1),
        "backend": keras.backend.backend(),
        "keras": version("keras"),
    }
