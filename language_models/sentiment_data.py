"""Labelled texts from tables and from folders, with two or more classes."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from groundwork.errors import DataError

TEXT_COLUMNS = ("text", "sentence", "review", "document")
LABEL_COLUMNS = ("label", "labels", "sentiment", "class", "target")
UNLABELLED_FOLDER = "unsup"
"""The folder of aclImdb whose reviews have no label."""

csv.field_size_limit(2**30)  # A review may be longer than the module's 128 kB.


class Examples(NamedTuple):
    """Texts and the label of each, as the file spells it."""

    texts: list[str]
    labels: list[str]


def read_examples(path: str | Path, *, text_column: str = "", label_column: str = "") -> Examples:
    """Labelled texts from a table or from a folder.

    A folder has a folder of `.txt` files for each label, as aclImdb/train has `pos` and `neg`. A file is a table in
    UTF-8, gzipped if its name ends in `.gz`: separated by tabs without any quoting if its name says `.tsv`, otherwise
    by commas with the quotes of RFC 4180.

    Args:
        path: folder or file.
        text_column: name of the column with the text; its number from 1 on, as "4", says that there is no header.
            Empty: the first of `TEXT_COLUMNS` that the header has.
        label_column: likewise.

    Raises:
        DataError: something cannot be read, a column is missing, quotes are broken, or a text or label is empty.
    """
    source = Path(path)
    if source.is_dir():
        return _read_folders(source)
    rows = _rows(source)
    by_number = text_column.isdecimal() and label_column.isdecimal()
    if by_number:
        places = int(text_column) - 1, int(label_column) - 1
    else:
        places = _places(source, next(rows, (1, []))[1], text_column, label_column)
    return _collect(source, rows, *places)


def read_texts(path: str | Path, *, text_column: str = "") -> list[str]:
    """Texts without labels: one a line, or a column of a table, or all `.txt` files below a folder."""
    source = Path(path)
    if source.is_dir():
        return [_decode(file, file.read_bytes()) for file in sorted(source.rglob("*.txt"))]
    if not text_column:
        return [line for line in lines_of(_decode(source, _content(source))) if line.strip()]
    rows = list(_rows(source))
    if text_column.isdecimal():
        place = int(text_column) - 1
    else:
        place = _place(source, rows.pop(0)[1] if rows else [], text_column, TEXT_COLUMNS, "text")
    return [row[place] for _, row in rows if place < len(row)]


def lines_of(text: str) -> list[str]:
    r"""Lines that end in \n, \r\n or \r; unlike `str.splitlines`, other separators of Unicode are part of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []


def class_order(labels: Sequence[str]) -> list[str]:
    """The different labels: by value if all are whole numbers, otherwise by their letters."""
    different = set(labels)
    if all(label.lstrip("-").isdecimal() for label in different):
        return sorted(different, key=int)
    return sorted(different)


# === Tables ===


def _places(source: Path, header: list[str], text_column: str, label_column: str) -> tuple[int, int]:
    return (
        _place(source, header, text_column, TEXT_COLUMNS, "text"),
        _place(source, header, label_column, LABEL_COLUMNS, "label"),
    )


def _place(source: Path, header: list[str], wanted: str, usual: Sequence[str], role: str) -> int:
    names = [name.strip().lower() for name in header]
    for name in [wanted.lower()] if wanted else usual:
        if name in names:
            return names.index(name)
    shown = ", ".join(repr(name[:20]) for name in header[:6]) or "nothing"
    expected = repr(wanted) if wanted else " or ".join(usual)
    raise DataError(
        f"{source} has no column {expected} in its first line, which has {shown}; name it with --{role}-column, or "
        f"number both columns from 1 on if there is no header."
    )


def _collect(source: Path, rows: Iterator[tuple[int, list[str]]], text_place: int, label_place: int) -> Examples:
    examples = Examples([], [])
    for number, row in rows:
        if len(row) <= max(text_place, label_place):
            raise DataError(
                f"{source}, line {number}: {len(row)} columns, expected at least {max(text_place, label_place) + 1}."
            )
        text, label = row[text_place], row[label_place].strip()
        for value, name in ((text, "text"), (label, "label")):
            if not value.strip():
                raise DataError(f"{source}, line {number}: the {name} is empty.")
        examples.texts.append(text)
        examples.labels.append(label)
    if not examples.texts:
        raise DataError(f"{source} has no labelled text.")
    return examples


def _rows(source: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the number of their last line."""
    text = _decode(source, _content(source))
    if ".tsv" in source.suffixes[-2:]:
        yield from ((n, line.split("\t")) for n, line in enumerate(lines_of(text), 1) if line.strip())
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from ((reader.line_num, row) for row in reader if row)
    except csv.Error as error:
        raise DataError(f"{source}, line {reader.line_num}: the quotes are broken ({error}).") from error


# === Files ===


def _read_folders(folder: Path) -> Examples:
    labelled = [entry for entry in sorted(folder.iterdir()) if entry.is_dir() and entry.name != UNLABELLED_FOLDER]
    files = [(file, entry.name) for entry in labelled for file in sorted(entry.glob("*.txt"))]
    if not files:
        raise DataError(f"{folder} has no folder of .txt files for each label, such as pos and neg.")
    examples = Examples([_decode(file, file.read_bytes()) for file, _ in files], [label for _, label in files])
    for (file, _), text in zip(files, examples.texts, strict=True):
        if not text.strip():
            raise DataError(f"{file}: the text is empty.")
    return examples


def _content(source: Path) -> bytes:
    try:
        content = source.read_bytes()
        return gzip.decompress(content) if source.suffix == ".gz" else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{source} is not a complete gzip file.") from error
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}.") from error


def _decode(source: Path, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{source} is not a UTF-8 text: byte {error.start} does not belong there.") from error
    if "\0" in text:
        raise DataError(f"{source} is a binary file, not a text: it holds NUL bytes.")
    return text
