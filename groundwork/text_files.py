"""Plain text files, compressed or not."""

import gzip
import zlib
from pathlib import Path

from groundwork.errors import DataError

GZIP_MARK = b"\x1f\x8b"


def read_text(path: str | Path) -> str:
    r"""A UTF-8 text, gzipped or not; the line ends \r\n and \r become \n, mixed or not, a byte order mark is dropped.

    Raises:
        DataError: the file cannot be read, is empty, is not UTF-8, or holds NUL bytes as binary files do.
    """
    try:
        text = _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not a UTF-8 text: byte {error.start} does not belong there.") from error
    if "\0" in text:
        raise DataError(f"{path} is a binary file, not a text: it holds NUL bytes.")
    if not text:
        raise DataError(f"{path} is empty.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: str | Path) -> bytes:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if not content.startswith(GZIP_MARK):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file.") from error
