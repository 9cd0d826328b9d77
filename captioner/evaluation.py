"""Captions of an annotated split in the official results format, and the scores of that file with their conditions."""

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from captioner.bundle_files import find_bundle, read_metrics
from captioner.data.coco import CaptionRecord, references, write_results
from groundwork.errors import ApplicationError, BundleError, DataError
from captioner.metrics.scorer import score
from captioner.models.vgg_encoder import encoder_name
from captioner.predictor import Predictor

PACKAGES = ("captioner", "keras", "tensorflow", "numpy", "pillow", "nltk")


@dataclass(frozen=True)
class Evaluation:
    """Scores by coco-caption's names, and what they depend on."""

    scores: dict[str, float]
    conditions: dict[str, Any]

    def table(self) -> str:
        """Two aligned columns, scores in percent as papers print them, and below them the conditions."""
        width = max(map(len, [*self.scores, *self.conditions]))
        scores = [f"{name:<{width}}  {100 * value:6.2f}" for name, value in self.scores.items()]
        conditions = [f"{name:<{width}}  {value}" for name, value in self.conditions.items()]
        return "\n".join([*scores, "", *conditions])


def evaluate(
    predictor: Predictor,
    records: list[CaptionRecord],
    results: str | Path,
    *,
    conditions: Mapping[str, Any],
    on_error: Callable[[ApplicationError], None],
    watch: Callable[[Iterable], Iterable] = iter,
) -> Evaluation:
    """Captions the pictures, writes the COCO results file, and scores that file.

    Args:
        predictor: the model and its options.
        records: pictures with their human captions.
        results: where the results file goes.
        conditions: what the scores depend on; the numbers of images and captions are added.
        on_error: told of each picture that cannot be read; such a picture is not scored.
        watch: wraps the iteration over predictions, for a progress bar.

    Raises:
        DataError: no picture could be captioned.
    """
    captioned: dict[int, str] = {}
    predictions = predictor([record.path for record in records])
    for record, prediction in zip(records, watch(predictions), strict=True):
        if prediction.error is not None:
            on_error(prediction.error)
        else:
            captioned[record.image_id] = prediction.caption.text
    if not captioned:
        raise DataError("None of the pictures could be captioned.")
    write_results(results, captioned)
    return evaluate_results(records, results, conditions=conditions)


def evaluate_results(records: list[CaptionRecord], results: str | Path, *, conditions: Mapping[str, Any]) -> Evaluation:
    """Scores a COCO results file against the records that it has captions for."""
    rows = json.loads(Path(results).read_text(encoding="utf-8"))
    candidates = {row["image_id"]: [row["caption"]] for row in rows}
    scored = [record for record in records if record.image_id in candidates]
    counts = {"images": len(scored), "reference_captions": sum(len(record.captions) for record in scored)}
    return Evaluation(score(references(scored), candidates), {**conditions, **counts})


def training_conditions(model: str) -> dict[str, Any]:
    """How the bundle came about, as far as its metrics.json says so: stage, epoch, seed, weights."""
    try:
        return {
            "training": ", ".join(
                f"{key} {value}" for key, value in read_metrics(find_bundle(model))["training"].items()
            )
        }
    except (BundleError, KeyError):
        return {}


def describe_conditions(predictor: Predictor, *, model: str, annotations: str | Path) -> dict[str, Any]:
    """Everything but the number of images that a score depends on, JSON-able."""
    decoding = predictor.generator.decoding
    return {
        "annotations": Path(annotations).name,
        "annotations_sha256": hashlib.sha256(Path(annotations).read_bytes()).hexdigest()[:16],
        "model": model,
        "encoder": f"{encoder_name(predictor.generator.model.encoder)}, {predictor.image_size[0]} pixels",
        **training_conditions(model),
        "decoding": f"beam search, beam {decoding.beam_size}, length penalty {decoding.length_penalty}, "
        f"at most {decoding.max_length} tokens",
        "metrics": "corpus BLEU, closest reference length, lower case, punctuation dropped",
        "software": ", ".join(f"{name} {version(name)}" for name in PACKAGES) + f", Python {platform.python_version()}",
    }
