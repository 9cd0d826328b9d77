"""JSON files that people bring: parsed, and checked for what the reader is going to use."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from captioner.errors import AnnotationError


def read_object(path: str | Path) -> dict[str, Any]:
    """The object at the top level of a JSON file.

    Raises:
        AnnotationError: the file cannot be read, is not JSON (cut short, for example), or holds something else.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotationError(f"The annotation file {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"The annotation file {path} is not valid JSON: {error}.") from error
    if not isinstance(document, dict):
        raise AnnotationError(f"{path} is not an annotation file: its top level is not an object.")
    return document


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
