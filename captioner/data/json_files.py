"""JSON files that people bring: parsed, and checked for what the reader is going to use."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from captioner.errors import AnnotationError


def read_object(path: str | Path) -> dict[str, Any]:
    """The object at the top level of an annotation file.

    Raises:
        AnnotationError: the file cannot be read, is not JSON (cut short, for example), or holds something else.
    """
    document = read_json(path, "annotation")
    if not isinstance(document, dict):
        raise AnnotationError(f"{path} is not an annotation file: its top level is not an object.")
    return document


def read_json(path: str | Path, kind: str) -> Any:
    """What a JSON file holds. Bytes that are not UTF-8 are kept as lone surrogates, which `check_text` finds.

    Args:
        path: the file.
        kind: what the file is called in an error, for example `annotation`.

    Raises:
        AnnotationError: the file cannot be read or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig", errors="surrogateescape"))
    except OSError as error:
        raise AnnotationError(f"The {kind} file {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"The {kind} file {path} is not valid JSON: {error}.") from error


def check_rows(path: str | Path, document: Mapping[str, Any], table: str, columns: Mapping[str, type]) -> None:
    """Makes sure that `document[table]` is a list of objects with these keys and types.

    Raises:
        AnnotationError: naming the table, or the first row and key that are wrong.
    """
    if not isinstance(document.get(table), list):
        raise AnnotationError(f"{path} is not an annotation file: it has no list `{table}`.")
    for index, row in enumerate(document[table]):
        for key, kind in columns.items():
            value = row.get(key) if isinstance(row, dict) else None
            # JSON's true is an int to Python, but no id.
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                raise AnnotationError(
                    f"{path}: entry {index} of `{table}` needs `{key}` of type {kind.__name__}, received {value!r}."
                )
            if isinstance(value, str):
                check_text(value, f"{path}: `{key}` of entry {index} of `{table}`{describe_ids(row)}")


def check_text(text: str, where: str) -> None:
    """Makes sure that a text from `read_json` can be written as UTF-8 again.

    Args:
        text: the text.
        where: what the text is, as the beginning of a sentence.

    Raises:
        AnnotationError: it came from bytes that are not UTF-8, or from one half of a pair of \\u escapes.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        found = f"byte 0x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"half a character, \\u{code:04x}"
        raise AnnotationError(f"{where} is not valid UTF-8: {found} at character {error.start}.") from error


def describe_ids(row: Mapping[str, Any], keys: Sequence[str] = ("image_id", "id")) -> str:
    """` (image_id 7)` for a row that has an id under one of the keys, otherwise nothing."""
    return next((f" ({key} {row[key]!r})" for key in keys if isinstance(row.get(key), int)), "")
