"""A folder out of a zip file: an interrupted extraction goes on, and the folder appears only when it is complete."""

import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from captioner.data.preparation.disk import require_free
from groundwork.errors import DataError


def extract_folder(archive: Path, name: str, root: Path, *, progress: bool = True) -> None:
    """Extracts the archive's folder `name` to `root / name`, by way of `<name>.partial`.

    Raises:
        DataError: the archive is damaged or has no such folder, or the disk is too small.
    """
    partial = root / f"{name}.partial"
    _extract(archive, lambda member: member.startswith(f"{name}/"), partial, progress=progress)
    partial.replace(root / name)


def extract_files(archive: Path, names: Sequence[str], folder: Path, *, progress: bool = True) -> None:
    """Extracts the members called `names`, given with their folder in the archive, to `folder`.

    Raises:
        DataError: the archive is damaged or has none of them, or the disk is too small.
    """
    partial = folder / f"{archive.stem}.partial"
    _extract(archive, lambda member: member in names, partial, progress=progress)
    for path in partial.iterdir():
        path.replace(folder / path.name)
    partial.rmdir()


def _extract(archive: Path, wanted: Callable[[str], bool], folder: Path, *, progress: bool) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir() and wanted(member.filename)]
            if not members:
                raise DataError(f"{archive} does not hold what its name promises; it is another archive.")
            require_free(folder, sum(member.file_size for member in members), f"Unpacking {archive.name}")
            folder.mkdir(parents=True, exist_ok=True)
            for member in tqdm(members, desc=f"unpacking {archive.name}", unit="file", disable=not progress or None):
                _extract_member(opened, member, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DataError(f"{archive} is damaged or incomplete; delete it and download it again.") from error
    except OSError as error:
        raise DataError(f"{archive} cannot be unpacked: {error.strerror or error}.") from error


def _extract_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    # The base name alone: whatever path a foreign archive gives, nothing is written outside the folder.
    target = folder / PurePosixPath(member.filename).name
    if target.exists() and target.stat().st_size == member.file_size:
        return
    temporary = target.with_name(target.name + ".part")
    with archive.open(member) as source, temporary.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    os.replace(temporary, target)
