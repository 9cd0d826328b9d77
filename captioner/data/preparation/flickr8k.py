"""Flickr8k as its authors published it: one file of captions and one list of pictures per split."""

from pathlib import Path

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.sources import Source
from captioner.errors import AnnotationError

CAPTIONS_NAME = "Flickr8k.token.txt"
LIST_NAMES = {
    "train": "Flickr_8k.trainImages.txt",
    "val": "Flickr_8k.devImages.txt",
    "test": "Flickr_8k.testImages.txt",
}


def flickr8k_sources(text: str | Path, images: str | Path, *, unlisted: bool = False) -> list[Source]:
    """The official splits of Hodosh, Young & Hockenmaier (2013).

    An image id is the place of the picture among all names in alphabetical order, from 1.

    Args:
        text: the folder with `Flickr8k.token.txt` and the three lists.
        images: the folder of the pictures.
        unlisted: whether the 91 pictures that are captioned but in no list are trained on; they stay out otherwise.

    Raises:
        AnnotationError: a file cannot be read, or a line of captions is not `name.jpg#number<TAB>caption`.
    """
    captions = _read_captions(Path(text) / CAPTIONS_NAME)
    image_ids = {name: image_id for image_id, name in enumerate(sorted(captions), 1)}
    lists = {split: _read_list(Path(text) / name) for split, name in LIST_NAMES.items()}
    unknown = [name for names in lists.values() for name in names if name not in captions]
    image_ids |= {name: image_id for image_id, name in enumerate(dict.fromkeys(unknown), len(captions) + 1)}

    def records(names: list[str]) -> list[CaptionRecord]:
        return [CaptionRecord(image_ids[name], Path(images) / name, captions.get(name, ())) for name in names]

    sources = [Source(split, LIST_NAMES[split], records(names)) for split, names in lists.items()]
    if unlisted:
        listed = {name for names in lists.values() for name in names}
        sources.append(Source("train", "pictures in no list", records(sorted(captions.keys() - listed))))
    return sources


def _read_captions(path: Path) -> dict[str, tuple[str, ...]]:
    captions: dict[str, list[str]] = {}
    for number, line in enumerate(_read_lines(path), 1):
        name, mark, caption = line.partition("\t")
        name, hash_sign, _ = name.partition("#")
        if not mark or not hash_sign:
            raise AnnotationError(f"{path}, line {number}: expected `name.jpg#number<TAB>caption`, received {line!r}.")
        # The published file has captions for 2258277193_586949ec62.jpg.1, which is no picture of the data set.
        if name.endswith(".jpg"):
            captions.setdefault(name, []).append(" ".join(caption.split()))
    return {name: tuple(lines) for name, lines in captions.items()}


def _read_list(path: Path) -> list[str]:
    return [line.strip() for line in _read_lines(path)]


def _read_lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AnnotationError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path} is not UTF-8 text.") from error
    return [line for line in text.split("\n") if line.strip()]
