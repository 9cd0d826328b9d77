"""TFRecord shards of prepared pictures, of which any picture is read alone; TensorFlow is not needed."""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioner.data.images import IMAGE_SIZE
from groundwork.errors import DataError

SHARDS_NAME = "shards"  # the folder inside a prepared directory
INDEX_SUFFIX = ".index.json"
FORMAT = 1
PIXEL_BYTES = IMAGE_SIZE[0] * IMAGE_SIZE[1] * 3


@dataclass(frozen=True, slots=True)
class ShardedPicture:
    """Where a picture stands.

    Attributes:
        identity: the path, size and time of change of the file that it was read from, see `picture_identity`.
        shard: the TFRecord file.
        offset: of its first pixel in that file, in bytes.
        crc32: checksum of its pixels.
    """

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
        return [ShardedPicture(identity, shard, offset, crc32) for _, identity, offset, crc32 in document["pictures"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
