"""Sizes in words, and whether a disk has room for them."""

import shutil
from pathlib import Path

from groundwork.errors import DataError

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def readable_size(size: float) -> str:
    """Decimal units, as disks are sold: 20408459804 -> "20.4 GB"."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {_UNITS[unit]}"


def require_free(folder: Path, size: int, purpose: str) -> None:
    """Makes sure that the disk that holds `folder`, which need not exist yet, has `size` bytes free.

    Raises:
        DataError: with both numbers.
    """
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < size:
        raise DataError(
            f"{purpose} needs {readable_size(size)} of disk in {folder}, but only {readable_size(free)} are free."
        )
