import base64
import io

import pytest
from PIL import Image

from captioner.errors import ImageError
from captioner.report.thumbnails import thumbnail, thumbnails


def opened(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text, validate=True)))


@pytest.mark.parametrize(
    ("size", "small"), [((640, 480), (160, 120)), ((300, 900), (53, 160)), ((2000, 1), (160, 1)), ((8, 6), (8, 6))]
)
def test_a_thumbnail_is_a_jpeg_in_proportion_and_never_enlarged(tmp_path, size, small):
    path = tmp_path / "picture.png"
    Image.new("RGB", size, "red").save(path)
    image = opened(thumbnail(path))
    assert (image.format, image.size) == ("JPEG", small)


def test_a_turned_photograph_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    Image.new("RGB", (320, 160)).save(path, exif=exif)
    assert opened(thumbnail(path)).size == (80, 160)


def test_a_thumbnail_keeps_nothing_of_the_metadata(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (32, 32)).save(path, exif=exif)
    assert b"taken at home" not in base64.b64decode(thumbnail(path))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_exif_block_costs_neither_picture_nor_proportions(tmp_path):
    path = tmp_path / "exif.jpg"
    Image.new("RGB", (8, 4)).save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0")
    assert opened(thumbnail(path)).size == (8, 4)


def test_missing_and_damaged_pictures_are_errors_in_their_places(tmp_path):
    good, empty, missing = tmp_path / "good.png", tmp_path / "empty.png", tmp_path / "missing.png"
    Image.new("RGB", (4, 4)).save(good)
    empty.touch()
    found = list(thumbnails([missing, good, empty]))
    assert isinstance(found[1], str)
    assert [str(error) for error in (found[0], found[2])] == [f"{missing} does not exist.", f"{empty} is empty."]
    assert all(isinstance(error, ImageError) for error in (found[0], found[2]))
