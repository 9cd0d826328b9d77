"""Prepared pictures -> TFRecord shards, each finished at once or not at all; an interrupted run goes on.

A record is a `tf.train.Example`: `image_id` (int64), `height` and `width` (int64), `image` (bytes: RGB, 8 bit, row by
row), `captions` (bytes, UTF-8, as many as the image has).

The pixels stand there squashed to the size that training uses and uncompressed: 150,528 bytes an image, 18.6 GB for the
123,287 of COCO. The original JPEGs would take 20.2 GB, and would have to be decoded and resized again whenever they are
read. At the small size PNG would take some six tenths and has to be decoded too; JPEG a sixth, but other pixels.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from captioner.data.coco import CaptionRecord
from captioner.data.feature_cache import picture_identity
from captioner.data.images import IMAGE_SIZE, load_image
from captioner.data.read_ahead import read_ahead
from captioner.data.shards import FORMAT, INDEX_SUFFIX, index_of, shard_name
from groundwork.console import quiet_imports
from groundwork.errors import DataError, UsageError
from groundwork.files import write_json

SHARDED_SPLITS = ("train", "val")

_PART_SUFFIX = ".part"
_OURS = re.compile(rf"({'|'.join(SHARDED_SPLITS)})-\d{{5,}}-of-\d{{5,}}({re.escape(INDEX_SUFFIX)}|{_PART_SUFFIX})?")

# A TFRecord is the length (8 bytes) and its checksum (4), the data, and the data's checksum (4).
_BYTES_BEFORE, _BYTES_AFTER = 12, 4


@dataclass(frozen=True)
class PlannedShard:
    """A shard, and everything that its content depends on.

    Attributes:
        path: of the TFRecord file.
        records: what it holds.
        identities: of the picture files, in the same order.
    """

    path: Path
    records: Sequence[CaptionRecord]
    identities: Sequence[str]

    @property
    def inputs(self) -> str:
        """Digest of the pictures' files and captions."""
        rows = [
            [record.image_id, identity, record.captions]
            for record, identity in zip(self.records, self.identities, strict=True)
        ]
        return hashlib.sha256(json.dumps([FORMAT, IMAGE_SIZE, rows]).encode()).hexdigest()

    def is_finished(self) -> bool:
        """Whether the file is there, whole, and made of these inputs."""
        try:
            index = json.loads(index_of(self.path).read_text(encoding="utf-8"))
            return index["inputs"] == self.inputs and index["bytes"] == self.path.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return False


def plan_shards(splits: Mapping[str, Sequence[CaptionRecord]], folder: Path, *, shards: int) -> list[PlannedShard]:
    """`shards` files for the split train, and for val as many as make them about the same size.

    Raises:
        UsageError: there are more shards than images to train on.
    """
    if shards > len(splits["train"]):
        raise UsageError(f"`shards` must be at most the {len(splits['train']):,} images of train, received {shards:,}.")
    size = len(splits["train"]) / shards
    plan = []
    for split in (split for split in SHARDED_SPLITS if split in splits):
        records = splits[split]
        count = shards if split == "train" else max(1, round(len(records) / size))
        bounds = [number * len(records) // count for number in range(count + 1)]
        for number in range(count):
            part = records[bounds[number] : bounds[number + 1]]
            path = folder / shard_name(split, number, count)
            plan.append(PlannedShard(path, part, [picture_identity(record.path) for record in part]))
    return plan


def finished_bytes(folder: Path) -> int:
    """Disk that earlier shards take already, and that writing them again would free or reuse."""
    return sum(path.stat().st_size for path in folder.glob("*") if _OURS.fullmatch(path.name))


def write_shards(plan: Sequence[PlannedShard], folder: Path, *, threads: int, progress: bool = True) -> None:
    """Writes the shards that are not finished, and removes those of another plan.

    Args:
        plan: as `plan_shards` makes it.
        folder: created where needed.
        threads: that decode pictures.
        progress: whether a progress bar is drawn on stderr if it is a terminal.

    Raises:
        DataError: a shard cannot be written.
        ImageError: a picture cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_others(plan, folder)
    todo = [shard for shard in plan if not shard.is_finished()]
    pictures = sum(len(shard.records) for shard in todo)
    with tqdm(total=pictures, desc="writing shards", unit="img", disable=not (progress and todo) or None) as bar:
        for shard in todo:
            _write_shard(shard, threads=threads, bar=bar)


def _remove_others(plan: Sequence[PlannedShard], folder: Path) -> None:
    """Makes room: what another number of shards, or an interruption, has left would never be used."""
    kept = {path for shard in plan for path in (shard.path, index_of(shard.path))}
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path not in kept:
            path.unlink()


def _write_shard(shard: PlannedShard, *, threads: int, bar: tqdm) -> None:
    partial = shard.path.with_name(shard.path.name + _PART_SUFFIX)
    entries = _write_records(shard, partial, threads=threads, bar=bar)
    # The index goes first and comes last: where there is one, it belongs to the file beside it.
    index_of(shard.path).unlink(missing_ok=True)
    partial.replace(shard.path)
    document = {"format": FORMAT, "size": IMAGE_SIZE, "inputs": shard.inputs, "bytes": shard.path.stat().st_size}
    write_json(index_of(shard.path), document | {"pictures": entries})


def _write_records(shard: PlannedShard, path: Path, *, threads: int, bar: tqdm) -> list[list[Any]]:
    """For each picture its id, identity, offset and checksum, after it is written."""
    with quiet_imports():
        # The library's own writer: TFRecord's checksums (CRC-32C) are in no library that is installed anyway.
        import tensorflow as tf
    entries: list[list[Any]] = []
    position = 0
    paths = [record.path for record in shard.records]
    try:
        with (
            tf.io.TFRecordWriter(str(path)) as writer,
            closing(read_ahead(paths, load_image, threads=threads, ahead=4 * threads)) as images,
        ):
            for record, identity, image in zip(shard.records, shard.identities, images, strict=True):
                pixels = image.tobytes()
                example = _example(record, pixels)
                writer.write(example)
                offset = position + _BYTES_BEFORE + example.index(pixels)
                entries.append([record.image_id, identity, offset, zlib.crc32(pixels)])
                position += _BYTES_BEFORE + len(example) + _BYTES_AFTER
                bar.update()
    except tf.errors.OpError as error:
        raise DataError(f"{path} cannot be written: {error.message}.") from error
    return entries


def _example(record: CaptionRecord, pixels: bytes) -> bytes:
    import tensorflow as tf

    def integer(value: int) -> Any:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    def texts(values: Sequence[bytes]) -> Any:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))

    height, width = IMAGE_SIZE
    features = {
        "image_id": integer(record.image_id),
        "height": integer(height),
        "width": integer(width),
        "image": texts([pixels]),
        "captions": texts([caption.encode() for caption in record.captions]),
    }
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
