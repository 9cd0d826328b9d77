"""Annotated sources -> a prepared directory: one COCO captions file per split, a vocabulary and a report."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from captioner.data.coco import CaptionRecord, coco_document
from captioner.data.preparation.disk import require_free
from captioner.data.preparation.filtering import FilteredSplit, filter_records
from captioner.data.preparation.needs import Needs
from captioner.data.preparation.report import describe, report_document
from captioner.data.preparation.shard_writer import SHARDED_SPLITS, finished_bytes, plan_shards, write_shards
from captioner.data.preparation.sources import SPLITS, Source, merge_sources
from captioner.data.preparation.verification import Verification, find_missing, verify_pictures
from captioner.data.shards import SHARDS_NAME
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.errors import AnnotationError
from groundwork.errors import UsageError
from groundwork.files import write_json

REPORT_NAME = "report.json"
VOCABULARY_NAME = "vocabulary.txt"
MEMORY_NAME = "verified_pictures.json"


def prepare(
    sources: Sequence[Source],
    directory: str | Path,
    *,
    min_count: int = 5,
    max_words: int | None = None,
    verify: bool = True,
    shards: int | None = None,
    workers: int | None = None,
    announce: Callable[[str], None] = lambda sentence: None,
    progress: bool = True,
) -> str:
    """Writes `train.json`, `val.json`, `test.json` (those that the sources have), `vocabulary.txt` and `report.json`.

    The files name the pictures relative to `directory`; a copy of them is made only in shards, if these are wanted. The
    same call, made again, writes the same files and decodes only pictures that are new or changed. `report.json` says
    `"complete": false` until all files of one run but the shards are in place; training reads what is not in a shard
    from its file.

    Args:
        sources: at least one of them for the split "train".
        directory: new, empty, or prepared before.
        min_count: how often a word must occur in the training captions to enter the vocabulary.
        max_words: how many words the vocabulary has at most, the special tokens not counted.
        verify: whether every picture is decoded once; otherwise only its existence is checked.
        shards: how many TFRecord files the pictures for training are copied to, with as many as it takes for those of
            val; none if not given.
        workers: decoding threads, one per processor if not given.
        announce: called with the needs in disk, memory and time, before anything is done.
        progress: whether a progress bar is drawn on stderr if it is a terminal.

    Returns:
        A readable summary of the report.

    Raises:
        AnnotationError: a picture stands in two splits, or a split has no usable picture.
        DataError: the disk is too small.
        UsageError: `directory` has files that no preparation wrote, nothing is to be trained on, no word occurs
            `min_count` times, or there are more shards than images.
    """
    directory, workers = Path(directory), workers or os.cpu_count() or 1
    merged = merge_sources(sources)
    if "train" not in merged.splits:
        raise UsageError("No image is annotated for training; name annotations for the split train.")
    _announce_needs(merged.splits, directory, verify=verify, shards=shards, workers=workers, announce=announce)
    _claim(directory)
    memory = directory / MEMORY_NAME if verify else None
    verification = _check_pictures(merged.splits, memory, workers=workers, progress=progress)
    splits = {name: _usable(name, records, verification) for name, records in merged.splits.items()}
    vocabulary = _build_vocabulary(splits["train"].records, min_count=min_count, max_words=max_words)
    options = {"min_count": min_count, "max_words": max_words, "verified": verify}
    report = report_document(splits, merged.summaries, vocabulary, options=options)
    _write(directory, splits, vocabulary, report)
    if shards is None:
        return describe(report)
    folder, records = directory / SHARDS_NAME, {name: split.records for name, split in splits.items()}
    plan = plan_shards(records, folder, shards=shards)
    write_shards(plan, folder, threads=workers, progress=progress)
    names = " and ".join(name for name in SHARDED_SPLITS if name in splits)
    return f"{describe(report)}\n\nThe pictures of {names} stand in {len(plan)} shards in {folder}."


def _announce_needs(
    splits: Mapping[str, Sequence[CaptionRecord]],
    directory: Path,
    *,
    verify: bool,
    shards: int | None,
    workers: int,
    announce: Callable[[str], None],
) -> None:
    sharded = sum(len(splits.get(split, ())) for split in SHARDED_SPLITS) if shards is not None else 0
    needs = Needs.of((record for records in splits.values() for record in records), verify=verify, sharded=sharded)
    announce(needs.describe(threads=workers))
    written = finished_bytes(directory / SHARDS_NAME)
    require_free(directory, needs.disk + max(0, needs.shards - written), "Preparing")


def _claim(directory: Path) -> None:
    """Makes sure that nothing but an earlier preparation is overwritten."""
    report = directory / REPORT_NAME
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"The output {directory} is a file; a folder is expected.")
    if directory.exists() and not report.is_file() and any(directory.iterdir()):
        raise UsageError(f"The output folder {directory} has files that no preparation wrote; name a new or empty one.")
    if not report.is_file():
        _mark_incomplete(directory)


def _mark_incomplete(directory: Path) -> None:
    write_json(directory / REPORT_NAME, {"complete": False})


def _check_pictures(
    splits: Mapping[str, Sequence[CaptionRecord]], memory: Path | None, *, workers: int, progress: bool
) -> Verification:
    paths = [record.path for records in splits.values() for record in records]
    if memory is None:
        return find_missing(paths)
    return verify_pictures(paths, memory=memory, workers=workers, progress=progress)


def _usable(name: str, records: Sequence[CaptionRecord], verification: Verification) -> FilteredSplit:
    split = filter_records(records, verification)
    if not split.records and split.missing:
        raise AnnotationError(
            f"No image of the split {name} is left: {len(split.missing)} of {split.listed} are missing, the first "
            f"was expected in {split.missing[0].parent}."
        )
    if not split.records:
        raise AnnotationError(f"The split {name} has no image that can be read and has a caption.")
    return split


def _build_vocabulary(records: Sequence[CaptionRecord], *, min_count: int, max_words: int | None) -> Vocabulary:
    captions = (caption for record in records for caption in record.captions)
    max_size = None if max_words is None else max_words + len(SPECIAL_TOKENS)
    vocabulary = Vocabulary.build(captions, min_count=min_count, max_size=max_size)
    if len(vocabulary) == len(SPECIAL_TOKENS):
        raise UsageError(f"No word occurs {min_count} times in the training captions; choose a smaller minimum count.")
    return vocabulary


def _write(
    directory: Path, splits: Mapping[str, FilteredSplit], vocabulary: Vocabulary, report: Mapping[str, Any]
) -> None:
    _mark_incomplete(directory)
    for name in SPLITS:
        path = directory / f"{name}.json"
        if name in splits:
            document = coco_document(splits[name].records, relative_to=directory, description=f"{name} split")
            write_json(path, document)
        else:
            path.unlink(missing_ok=True)  # It was left by an earlier run over other sources.
    vocabulary.save(directory / VOCABULARY_NAME)
    write_json(directory / REPORT_NAME, report, indent=1)
