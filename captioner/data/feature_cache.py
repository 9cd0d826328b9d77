"""What a frozen network made of each picture, kept on disk so that it is computed once."""

import functools
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from groundwork.files import write_json

# A line of `rows.txt`: a path of usual length, its size and its time of change.
_NAME_BYTES = 150


class FeatureCache:
    """An append-only float16 table with one row a picture, read through a memory map.

    The folder's name is a digest of everything that the features depend on, and a picture is known by its path, size
    and time of change; so a stale row is never found. An interrupted `append` leaves at most bytes that nobody reads.

    Files: `about.json` (what the features depend on), `features.f16` (rows, C order), `rows.txt` (a picture a line).

    Args:
        directory: the folder that holds all caches.
        about: JSON-able description of the network, its weights and its preparation.
        shape: shape of one row.
    """

    def __init__(self, directory: str | Path, *, about: Mapping[str, Any], shape: Sequence[int]):
        description = json.dumps({**about, "shape": list(shape)}, sort_keys=True)
        self.directory = Path(directory) / hashlib.sha256(description.encode()).hexdigest()[:16]
        self.directory.mkdir(parents=True, exist_ok=True)
        self.shape = tuple(shape)
        write_json(self.directory / "about.json", json.loads(description), indent=2)
        self._values, self._names = self.directory / "features.f16", self.directory / "rows.txt"
        self._row_bytes = int(np.prod(self.shape)) * 2
        self._values.touch()
        self._names.touch()
        self._rows = {name: row for row, name in enumerate(self._complete_names())}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, picture: str) -> bool:
        return picture in self._rows

    def append(self, pictures: Sequence[str], features: np.ndarray) -> None:
        """Adds rows; `features` is `(pictures, *shape)`, stored in half precision."""
        with self._values.open("r+b") as values:
            values.seek(len(self) * self._row_bytes)
            values.write(np.ascontiguousarray(features, dtype=np.float16).tobytes())
        # Names come last: a row counts only once its values are on disk.
        with self._names.open("a", encoding="utf-8") as names:
            names.writelines(f"{picture}\n" for picture in pictures)
        for picture in pictures:
            self._rows[picture] = len(self._rows)

    def rows(self, pictures: Sequence[str]) -> np.ndarray:
        """Row numbers of pictures, int64 `(pictures,)`; a picture that is not cached raises KeyError."""
        return np.array([self._rows[picture] for picture in pictures], dtype=np.int64)

    def open(self) -> "FeatureTable":
        """The whole table as it is now, float16 `(rows, *shape)`."""
        return FeatureTable(self._values, (len(self), *self.shape))

    def bytes_for(self, pictures: int) -> int:
        """What so many rows and their names take on disk."""
        return pictures * (self._row_bytes + _NAME_BYTES)

    def _complete_names(self) -> list[str]:
        text = self._names.read_text(encoding="utf-8")
        complete = text[: text.rfind("\n") + 1]
        if complete != text:
            self._names.write_text(complete, encoding="utf-8")
        return complete.splitlines()


class FeatureTable:
    """Rows of a cache, copied from disk when they are asked for; indexed by one or several rows as an array is.

    Attributes:
        shape: `(rows, *shape of a row)`.
        dtype: float16.
    """

    dtype = np.dtype(np.float16)

    def __init__(self, path: Path, shape: tuple[int, ...]):
        self._path = path
        self.shape = shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        # Mapped for this one access: pages that stay mapped count as memory of this process, 6 GB of them for COCO.
        return np.array(np.memmap(self._path, self.dtype, "r", shape=self.shape)[rows])


def picture_identity(path: Path) -> str:
    """A line of text that changes when the picture does."""
    status = path.stat()
    folder, name = os.path.split(path)
    # Following links costs a question to the system for each folder above, and 123,287 pictures stand in a few folders.
    absolute = os.path.join(os.getcwd(), folder)
    resolved = os.path.realpath(path) if os.path.islink(path) else os.path.join(_resolved(absolute), name)
    return f"{resolved}\t{status.st_size}\t{status.st_mtime_ns}"


def weights_digest(weights: Sequence[np.ndarray]) -> str:
    """SHA-256 of a network's weights, independent of how they are stored."""
    digest = hashlib.sha256()
    for array in weights:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
    return digest.hexdigest()


@functools.lru_cache(maxsize=4096)
def _resolved(folder: str) -> str:
    return os.path.realpath(folder)
