"""Captions of an annotated split in the official results format, and the scores of that file with their conditions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from captioner.bundle_files import find_bundle, read_metrics
from captioner.config import DecodingConfig
from captioner.data.coco import CaptionRecord, write_results
from captioner.generation import Caption
from captioner.models.encoders import encoder_name
from captioner.models.ensemble import Ensemble
from captioner.predictor import Predictor
from captioner.scoring import METRIC_CONDITIONS, Evaluation, evaluate_results, file_conditions, software
from groundwork.errors import ApplicationError, BundleError, DataError

PACKAGES = ("captioner", "keras", "tensorflow", "numpy", "pillow")


def caption_records(
    predictor: Predictor,
    records: Sequence[CaptionRecord],
    *,
    on_error: Callable[[ApplicationError], None],
    watch: Callable[[Iterable], Iterable] = iter,
) -> dict[int, Caption]:
    """The best caption of each picture by its image id.

    Args:
        predictor: the model and its options.
        records: the pictures.
        on_error: told of each picture that cannot be read; such a picture has no caption.
        watch: wraps the iteration over predictions, for a progress bar.

    Raises:
        DataError: no picture could be captioned.
    """
    captions: dict[int, Caption] = {}
    predictions = predictor([record.path for record in records])
    for record, prediction in zip(records, watch(predictions), strict=True):
        if prediction.error is not None:
            on_error(prediction.error)
        else:
            captions[record.image_id] = prediction.caption
    if not captions:
        raise DataError("None of the pictures could be captioned.")
    return captions


def evaluate(
    captions: Mapping[int, Caption],
    records: Sequence[CaptionRecord],
    results: str | Path,
    *,
    conditions: Mapping[str, Any],
    metrics: Iterable[str] | None = None,
) -> Evaluation:
    """Writes captions as a COCO results file, and scores that file.

    Args:
        captions: what `caption_records` found.
        records: pictures with their human captions; those without a caption here are not scored.
        results: where the results file goes.
        conditions: what the scores depend on; the numbers of images and captions are added.
        metrics: names from `captioner.metrics.selection`; None takes all that can be computed here.

    Raises:
        MetricError: a metric that was asked for by its name cannot be computed; the results file is there.
    """
    write_results(results, {image_id: caption.text for image_id, caption in captions.items()})
    scored = [record for record in records if record.image_id in captions]
    return evaluate_results(scored, results, conditions=conditions, metrics=metrics)


def training_conditions(models: Sequence[str]) -> dict[str, Any]:
    """How the bundles came about, as far as their metrics.json say so: stage, epoch, seed, weights."""
    try:
        trainings = [read_metrics(find_bundle(model))["training"] for model in models]
    except (BundleError, KeyError):
        return {}
    return {
        "training": "; ".join(", ".join(f"{key} {value}" for key, value in training.items()) for training in trainings)
    }


def describe_conditions(predictor: Predictor, *, model: str | Sequence[str], annotations: str | Path) -> dict[str, Any]:
    """Everything but the number of images that a score depends on, JSON-able; `model` names one or an ensemble's."""
    names = [model] if isinstance(model, str) else model
    captioner = predictor.generator.model
    members = captioner.members if isinstance(captioner, Ensemble) else [captioner]
    encoders = dict.fromkeys(encoder_name(member.encoder) for member in members)
    return {
        **file_conditions("annotations", annotations),
        "model": " + ".join(names),
        "encoder": f"{' + '.join(encoders)}, {predictor.image_size[0]} pixels",
        **training_conditions(names),
        "decoding": describe_search(predictor.generator.decoding),
        **METRIC_CONDITIONS,
        "software": software(PACKAGES),
    }


def describe_search(decoding: DecodingConfig) -> str:
    """The search for captions in one line."""
    clauses = [
        f"beam search, beam {decoding.beam_size}",
        f"length penalty {decoding.length_penalty}",
        f"at most {decoding.max_length} tokens",
    ]
    if decoding.no_repeat_ngram:
        clauses.append(f"no {decoding.no_repeat_ngram}-gram twice")
    if not decoding.dangling_ends:
        clauses.append("no dangling end")
    return ", ".join(clauses)
