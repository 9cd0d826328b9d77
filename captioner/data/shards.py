"""TFRecord shards of prepared pictures, read a picture or a worker's share at a time; TensorFlow is not needed."""

import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioner.data.images import IMAGE_SIZE
from groundwork.errors import DataError, UsageError

SHARDS_NAME = "shards"  # the folder inside a prepared directory
INDEX_SUFFIX = ".index.json"
FORMAT = 1
PIXEL_BYTES = IMAGE_SIZE[0] * IMAGE_SIZE[1] * 3

_INDEX_NAME = re.compile(rf"(?P<split>\w+)-\d{{5,}}-of-(?P<count>\d{{5,}}){re.escape(INDEX_SUFFIX)}")


@dataclass(frozen=True, slots=True)
class ShardedPicture:
    """Where a picture stands.

    Attributes:
        image_id: its number in the split's captions file.
        identity: the path, size and time of change of the file that it was read from, see `picture_identity`.
        shard: the TFRecord file.
        offset: of its first pixel in that file, in bytes.
        crc32: checksum of its pixels.
    """

    image_id: int
    identity: str
    shard: Path
    offset: int
    crc32: int

    def load(self) -> np.ndarray:
        """The pixels as `load_image` made them: uint8 `(height, width, 3)`, RGB, not writable.

        Raises:
            DataError: the shard is gone or damaged.
        """
        try:
            with self.shard.open("rb", buffering=0) as file:
                file.seek(self.offset)
                pixels = file.read(PIXEL_BYTES)
        except OSError as error:
            raise DataError(f"The shard {self.shard} cannot be read: {error.strerror or error}.") from error
        if zlib.crc32(pixels) != self.crc32:
            raise DataError(f"The shard {self.shard} is damaged; delete it and run prepare_data.py --shards again.")
        return np.frombuffer(pixels, np.uint8).reshape(*IMAGE_SIZE, 3)


class PictureShards:
    """All pictures of the finished shards in a folder, known by the identity of the file that each was read from.

    A picture whose file has changed since is therefore not found. A folder that does not exist holds no picture.
    """

    def __init__(self, folder: str | Path):
        indexes = sorted(Path(folder).glob(f"*{INDEX_SUFFIX}"))
        self._pictures = {picture.identity: picture for index in indexes for picture in read_index(index)}

    def __len__(self) -> int:
        return len(self._pictures)

    def find(self, identity: str) -> ShardedPicture | None:
        """The picture that was read from this very file, if there is one."""
        return self._pictures.get(identity)


def worker_share(folder: str | Path, split: str, *, worker: int, workers: int) -> list[ShardedPicture]:
    """The pictures that one of several workers reads; together they read each picture of the split once.

    Worker i of n takes the shards i, i + n, ..., or, where there are fewer shards than workers, the pictures i, i + n,
    ... of all shards.

    Raises:
        DataError: not all shards of the split are there.
        UsageError: there is no such worker.
    """
    if not 0 <= worker < workers:
        raise UsageError(f"`worker` must be at least 0 and less than `workers`, {workers}, received {worker}.")
    shards = _complete_shards(Path(folder), split)
    parts = shards if len(shards) >= workers else [[picture] for shard in shards for picture in shard]
    return [picture for part in parts[worker::workers] for picture in part]


def shard_name(split: str, number: int, count: int) -> str:
    """`train-00000-of-00256`."""
    return f"{split}-{number:05}-of-{count:05}"


def index_of(shard: Path) -> Path:
    """The index that is written when a shard is finished."""
    return shard.with_name(shard.name + INDEX_SUFFIX)


def read_index(index: Path) -> list[ShardedPicture]:
    """The pictures of one shard; none if the index is damaged or was written for another size of pictures."""
    shard = index.with_name(index.name.removesuffix(INDEX_SUFFIX))
    try:
        document = json.loads(index.read_text(encoding="utf-8"))
        if (document["format"], document["size"]) != (FORMAT, list(IMAGE_SIZE)):
            return []
        return [
            ShardedPicture(image_id, identity, shard, offset, crc32)
            for image_id, identity, offset, crc32 in document["pictures"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _complete_shards(folder: Path, split: str) -> list[list[ShardedPicture]]:
    names = [_INDEX_NAME.fullmatch(path.name) for path in folder.glob(f"{split}-*{INDEX_SUFFIX}")]
    count = max((int(name["count"]) for name in names if name and name["split"] == split), default=0)
    shards = [read_index(index_of(folder / shard_name(split, number, count))) for number in range(count)]
    present = sum(map(bool, shards))  # A shard has at least one picture.
    if not present or present < count:
        raise DataError(
            f"{folder} has {present} of {count or 'no'} shards of the split {split}; see prepare_data.py --shards."
        )
    return shards
