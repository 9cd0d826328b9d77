"""MS COCO as its authors publish it: archives fetched and unpacked where needed, then read as two splits."""

from collections.abc import Callable, Sequence
from pathlib import Path

from captioner.data.coco import annotated_records
from captioner.data.preparation.archives import extract_files, extract_folder
from captioner.data.preparation.disk import readable_size, require_free
from captioner.data.preparation.download import RemoteFile, download, part_of, size_of
from captioner.data.preparation.sources import Source
from groundwork.errors import DataError

SERVER = "http://images.cocodataset.org"

# Sizes and MD5 sums as the server's Content-Length and ETag give them and many projects have published them.
ARCHIVES = {
    2014: (
        RemoteFile(f"{SERVER}/annotations/annotations_trainval2014.zip", 252872794, "0a379cfc70b0e71301e0f377548639bd"),
        RemoteFile(f"{SERVER}/zips/val2014.zip", 6645013297, "a3d79f5ed8d289b7a7554ce06a5782b3"),
        RemoteFile(f"{SERVER}/zips/train2014.zip", 13510573713, "0da8c0bd3d6becc4dcb32757491aca88"),
    ),
    2017: (
        RemoteFile(f"{SERVER}/annotations/annotations_trainval2017.zip", 252907541, "f4bbac642086de4f52a3fdda2de5fa2c"),
        RemoteFile(f"{SERVER}/zips/val2017.zip", 815585330, "442b8da7639aecaf257c1dceb8ba8c80"),
        RemoteFile(f"{SERVER}/zips/train2017.zip", 19336861798, "cced6f7f71b7629ddf16f17bbcfab6b2"),
    ),
}


def official_coco_sources(root: str | Path, *, year: int = 2014) -> list[Source]:
    """The splits train and val of one year; the captions of COCO's test pictures are not public.

    Args:
        root: the folder with `annotations/captions_{train,val}<year>.json`, `train<year>/` and `val<year>/`.
        year: 2014 or 2017.

    Raises:
        AnnotationError: an annotation file is missing or malformed.
    """
    return [_source(Path(root), split, f"{split}{year}") for split in ("train", "val")]


def make_available(
    root: str | Path,
    archives: Sequence[RemoteFile],
    *,
    fetch: bool,
    announce: Callable[[str], None],
    progress: bool = True,
) -> None:
    """Unpacks, and before that downloads if `fetch` is true, what `root` does not hold yet as folders.

    The archives stay where they are. Called again after an interruption, it goes on where it stopped.

    Args:
        root: where the archives and their folders lie.
        archives: of `ARCHIVES`.
        fetch: whether archives that are not there are downloaded.
        announce: called with a sentence on the disk that will be needed, before it is used.
        progress: whether progress bars are drawn on stderr if it is a terminal.

    Raises:
        DataError: an archive is absent, damaged or cannot be fetched, or the disk is too small.
    """
    root = Path(root)
    packed = [remote for remote in archives if not _is_unpacked(root, remote)]
    absent = [remote for remote in packed if not (root / remote.name).exists()]
    if absent and not fetch:
        raise DataError(
            f"{root} has neither the folder that {absent[0].name} unpacks to nor the archive; put one of them there, "
            "or ask for the download with --download."
        )
    _announce_needs(root, packed, absent, announce)
    for remote in packed:
        download(remote, root / remote.name, progress=progress)
        _unpack(root, remote, progress=progress)


def _source(root: Path, split: str, part: str) -> Source:
    annotations = root / "annotations" / f"captions_{part}.json"
    return Source(split, annotations.name, annotated_records(annotations, root / part))


def _caption_files(remote: RemoteFile) -> list[str]:
    """The members that are wanted of an archive of annotations; of the others, the whole folder is."""
    year = remote.name.removeprefix("annotations_trainval").removesuffix(".zip")
    return [f"annotations/captions_{split}{year}.json" for split in ("train", "val")]


def _holds_annotations(remote: RemoteFile) -> bool:
    return remote.name.startswith("annotations_")


def _is_unpacked(root: Path, remote: RemoteFile) -> bool:
    if _holds_annotations(remote):
        return all((root / name).is_file() for name in _caption_files(remote))
    return (root / remote.name.removesuffix(".zip")).is_dir()


def _unpack(root: Path, remote: RemoteFile, *, progress: bool) -> None:
    archive = root / remote.name
    if _holds_annotations(remote):
        extract_files(archive, _caption_files(remote), root / "annotations", progress=progress)
    else:
        extract_folder(archive, remote.name.removesuffix(".zip"), root, progress=progress)


def _announce_needs(
    root: Path, packed: Sequence[RemoteFile], absent: Sequence[RemoteFile], announce: Callable[[str], None]
) -> None:
    to_fetch = sum((remote.size or 0) - size_of(part_of(root / remote.name)) for remote in absent)
    # JPEGs hardly shrink in a zip file, and of the annotations less is unpacked than the archive holds.
    to_unpack = sum(remote.size or size_of(root / remote.name) for remote in packed)
    if to_fetch:
        announce(f"Downloading takes {readable_size(to_fetch)} of disk in {root}.")
    if to_unpack:
        announce(f"Unpacking takes about {readable_size(to_unpack)} of disk in {root}; the archives may go afterwards.")
    require_free(root, to_fetch + to_unpack, "Fetching and unpacking the archives")
