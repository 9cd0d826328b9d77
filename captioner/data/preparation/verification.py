"""Pictures checked by decoding them once; the results outlive the run, so that nothing is decoded twice."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from captioner.errors import ImageError
from groundwork.files import write_json

# A higher number makes every earlier result void, for when `load_image` becomes stricter or more tolerant.
_FORMAT = 1
_SECONDS_BETWEEN_SAVES = 30.0
_CHUNK = 512


@dataclass
class Verification:
    """Which of the pictures cannot be used.

    Attributes:
        missing: paths at which there is no file.
        corrupt: the reason by path, for files that cannot be decoded.
    """

    missing: set[Path] = field(default_factory=set)
    corrupt: dict[Path, str] = field(default_factory=dict)


def find_missing(paths: Sequence[Path]) -> Verification:
    """Checks existence only."""
    return Verification(missing={path for path in paths if not path.is_file()})


def verify_pictures(paths: Sequence[Path], *, memory: Path, workers: int, progress: bool = True) -> Verification:
    """Decodes every picture that `memory` does not already know by its path, size and modification time.

    Args:
        paths: the pictures.
        memory: a small JSON file, made if absent, saved every half minute and at the end, also when interrupted.
        workers: decoding threads.
        progress: whether a progress bar is drawn on stderr if it is a terminal.
    """
    result = find_missing(paths)
    present = [path for path in paths if path not in result.missing]
    known = _Memory(memory)
    todo = [path for path in present if path not in known]
    try:
        for path, reason in _decode(todo, workers=workers, progress=progress):
            known.add(path, reason)
    finally:
        known.save()
    result.corrupt = {path: reason for path in present if (reason := known.reason(path)) is not None}
    return result


def _decode(paths: Sequence[Path], *, workers: int, progress: bool) -> Iterator[tuple[Path, str | None]]:
    with (
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(paths), desc="checking pictures", unit="img", disable=not (progress and paths) or None) as bar,
    ):
        # Chunks, because a pool keeps every submitted job and result until the end, and COCO has 123,287 of them.
        for start in range(0, len(paths), _CHUNK):
            chunk = paths[start : start + _CHUNK]
            for path, reason in zip(chunk, pool.map(_why_unusable, chunk), strict=True):
                bar.update()
                yield path, reason


def _why_unusable(path: Path) -> str | None:
    """Why the picture cannot be used, or None."""
    from captioner.data.images import load_image

    try:
        load_image(path)
    except ImageError as error:
        return str(error)
    return None


class _Memory:
    """`{path: [bytes, modified in ns, reason or null]}` in a JSON file."""

    def __init__(self, path: Path):
        self._path = path
        self._saved_at = time.monotonic()
        self._changed = False
        self._entries = self._read()

    def __contains__(self, path: Path) -> bool:
        entry = self._entries.get(str(path))
        return entry is not None and entry[:2] == _fingerprint(path)

    def reason(self, path: Path) -> str | None:
        return self._entries[str(path)][2]

    def add(self, path: Path, reason: str | None) -> None:
        self._entries[str(path)] = [*_fingerprint(path), reason]
        self._changed = True
        if time.monotonic() - self._saved_at > _SECONDS_BETWEEN_SAVES:
            self.save()

    def save(self) -> None:
        if self._changed:
            write_json(self._path, {"format": _FORMAT, "pictures": self._entries})
            self._saved_at, self._changed = time.monotonic(), False

    def _read(self) -> dict[str, list]:
        # A memory that is absent, foreign or damaged costs time, never the result: everything is decoded again.
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            entries = document["pictures"].items() if document["format"] == _FORMAT else ()
            return {path: entry for path, entry in entries if isinstance(entry, list) and len(entry) == 3}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _fingerprint(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
