import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.data import images
from captioner.data.images import find_images, load_image
from captioner.errors import ImageError

RED, WHITE = (255, 0, 0), (255, 255, 255)


def saved(image: Image.Image, path: Path, **options) -> Path:
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header_chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + header_chunk + struct.pack(">I", 1000) + b"IDAT"


def test_a_picture_becomes_a_writeable_uint8_array_of_the_size_asked_for(tmp_path):
    array = load_image(saved(Image.new("RGB", (30, 20), RED), tmp_path / "red.png"), (4, 6))
    assert array.shape == (4, 6, 3)
    assert array.dtype == np.uint8
    assert array.flags.writeable
    np.testing.assert_array_equal(array, np.broadcast_to(RED, (4, 6, 3)))


def test_the_whole_picture_is_squashed_and_nothing_is_cropped():
    wide = Image.new("RGB", (80, 20))
    wide.paste(RED, (0, 0, 40, 20))
    buffer = io.BytesIO()
    wide.save(buffer, "PNG")
    array = load_image(buffer.getvalue(), (8, 8))
    np.testing.assert_array_equal(array[:, :3], np.broadcast_to(RED, (8, 3, 3)))
    np.testing.assert_array_equal(array[:, 5:], np.zeros((8, 3, 3)))


@pytest.mark.parametrize("kind", [str, Path, "bytes", "stream"])
def test_paths_bytes_and_streams_give_the_same_array(tmp_path, kind):
    path = saved(Image.linear_gradient("L"), tmp_path / "ramp.png")
    source = {"bytes": path.read_bytes(), "stream": io.BytesIO(path.read_bytes())}.get(kind) or kind(path)
    np.testing.assert_array_equal(load_image(source), load_image(path))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_becomes_the_same_white(tmp_path, mode):
    white = {"I;16": 65535, "I": 65535, "F": 1.0, "CMYK": (0, 0, 0, 0), "YCbCr": (255, 128, 128)}
    image = Image.new(mode, (5, 5), white[mode]) if mode in white else Image.new("RGB", (5, 5), "white").convert(mode)
    array = load_image(saved(image, tmp_path / "white.tiff"), (2, 2))
    np.testing.assert_array_equal(array, np.full((2, 2, 3), 255))


@pytest.mark.parametrize(("mode", "suffix"), [("I;16", "png"), ("I;16", "tiff"), ("I;16B", "tiff"), ("I", "pgm")])
def test_16_bit_grey_is_scaled_not_clipped(tmp_path, mode, suffix):
    dtype = {"I;16": "<u2", "I;16B": ">u2", "I": "<i4"}[mode]
    values = np.array([[0, 257 * 100], [257 * 200, 65535]], dtype)
    image = Image.frombytes(mode, (2, 2), values.tobytes())
    array = load_image(saved(image, tmp_path / f"deep.{suffix}"), (2, 2))
    np.testing.assert_array_equal(array[..., 0], [[0, 100], [200, 255]])


def test_transparency_is_shown_on_white(tmp_path):
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    half.paste((*RED, 255), (0, 0, 4, 2))
    array = load_image(saved(half, tmp_path / "half.png"), (4, 4))
    np.testing.assert_array_equal(array[0], np.broadcast_to(RED, (4, 3)))
    np.testing.assert_array_equal(array[3], np.broadcast_to(WHITE, (4, 3)))


@pytest.mark.parametrize(("mode", "suffix"), [("P", "gif"), ("P", "png"), ("L", "png"), ("RGB", "png")])
def test_a_transparent_colour_is_shown_on_white(tmp_path, mode, suffix):
    path = tmp_path / f"see_through.{suffix}"
    image = saved(Image.new(mode, (4, 4)), path, transparency=(0, 0, 0) if mode == "RGB" else 0)
    np.testing.assert_array_equal(load_image(image, (2, 2)), np.full((2, 2, 3), 255))


def test_a_cmyk_jpeg_keeps_its_colours(tmp_path):
    """Pillow writes CMYK inverted with Adobe's marker, as Photoshop does."""
    path = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), tmp_path / "print.jpg", quality=100)
    assert b"Adobe" in path.read_bytes()
    np.testing.assert_allclose(load_image(path, (1, 1))[0, 0], RED, atol=3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientations_are_put_upright(tmp_path, orientation):
    upright = Image.new("RGB", (6, 4))
    upright.paste(RED, (0, 0, 3, 2))
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    array = load_image(saved(stored, tmp_path / "turned.png", exif=exif), (4, 6))
    np.testing.assert_array_equal(array, np.asarray(upright))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_exif_block_does_not_cost_the_picture(tmp_path):
    path = saved(Image.new("RGB", (8, 8), RED), tmp_path / "exif.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0")
    np.testing.assert_allclose(load_image(path, (1, 1))[0, 0], RED, atol=3)


def test_of_an_animation_the_first_frame_counts(tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue", "white")]
    path = saved(frames[0], tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(load_image(path, (1, 1))[0, 0], RED)


def test_one_pixel_fills_the_array(tmp_path):
    array = load_image(saved(Image.new("RGB", (1, 1), RED), tmp_path / "dot.png"))
    np.testing.assert_array_equal(array, np.broadcast_to(RED, (224, 224, 3)))


def test_a_jpeg_decoded_at_reduced_scale_looks_the_same(tmp_path):
    ramp = Image.merge("RGB", [Image.linear_gradient("L").resize((800, 800))] * 3)
    reduced = load_image(saved(ramp, tmp_path / "ramp.jpg", quality=95), (50, 50))
    exact = load_image(saved(ramp, tmp_path / "ramp.png"), (50, 50))
    np.testing.assert_allclose(reduced.astype(int), exact, atol=4)


def test_the_suffix_of_a_named_file_does_not_matter(tmp_path):
    path = saved(Image.new("RGB", (4, 4), RED), tmp_path / "picture.txt", format="PNG")
    assert load_image(path).shape == (224, 224, 3)


@pytest.mark.parametrize("side", [30_000, 11_000])
def test_a_decompression_bomb_is_refused_before_decoding(tmp_path, side):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(side, side))
    with pytest.raises(ImageError, match=r"bomb\.png has more than 120,000,000 pixels"):
        load_image(path)


def test_the_pixel_limit_leaves_pillow_alone(monkeypatch, tmp_path):
    path = saved(Image.new("RGB", (4, 4)), tmp_path / "small.png")
    before = Image.MAX_IMAGE_PIXELS
    monkeypatch.setattr(images, "MAX_PIXELS", 15)
    with pytest.raises(ImageError, match="more than 15 pixels"):
        load_image(path)
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_truncated_jpeg_is_named(tmp_path):
    path = saved(Image.effect_noise((64, 64), 80), tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(ImageError, match=r"cut\.jpg cannot be read: .*truncated.*\.$"):
        load_image(path)


@pytest.mark.parametrize("keep", [3, 20, 60, 200])
@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "tiff", "avif"])
def test_no_truncation_raises_anything_but_an_image_error(tmp_path, suffix, keep):
    path = saved(Image.effect_noise((64, 64), 80), tmp_path / f"cut.{suffix}")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ImageError, match=r"cut\.\w+ .*\.$"):
        load_image(path)


@pytest.mark.parametrize(
    ("content", "reason"), [(b"These are words.", "is not a picture in a known format"), (b"", "is empty")]
)
def test_what_is_no_picture_is_said(tmp_path, content, reason):
    path = tmp_path / "false.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=rf"false\.jpg {reason}"):
        load_image(path)
    with pytest.raises(ImageError, match=f"The image {reason}"):
        load_image(content)
    with pytest.raises(ImageError, match=f"The image {reason}"):
        load_image(io.BytesIO(content))


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(ImageError, match=r"nothing\.jpg does not exist\."):
        load_image(tmp_path / "nothing.jpg")
    with pytest.raises(ImageError, match="cannot be read: Is a directory"):
        load_image(tmp_path)


@pytest.fixture
def tree(tmp_path) -> Path:
    for name in ("b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "inner/c.gif", "inner/deep/d.webp", ".cache/e.jpg"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "tree"


def test_a_folder_is_searched_in_order_for_pictures_that_are_not_hidden(tree):
    found = find_images([str(tree)])
    assert found == [tree / "a.PNG", tree / "b.jpg", tree / "inner/c.gif", tree / "inner/deep/d.webp"]


def test_named_files_are_kept_in_order_whatever_their_suffix_and_once(tree):
    named = [tree / "notes.txt", tree / "b.jpg", tree / "notes.txt"]
    assert find_images(named) == named[:2]


def test_patterns_match_in_sorted_order(tree):
    assert find_images([f"{tree}/**/*.[gw]*"]) == [tree / "inner/c.gif", tree / "inner/deep/d.webp"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tree):
    odd = tree / "holiday[1].jpg"
    odd.touch()
    assert find_images([odd]) == [odd]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nothing.jpg", r"nothing\.jpg does not exist\."),
        ("", r"An empty path does not exist\."),
        ("*.bmp", r"\*\.bmp matches no file\."),
        ("empty", r"The folder empty holds no picture files such as \.jpg or \.png\."),
    ],
)
def test_arguments_that_give_no_picture_are_named(tree, monkeypatch, argument, message):
    monkeypatch.chdir(tree)
    Path("empty").mkdir()
    with pytest.raises(ImageError, match=message):
        find_images([argument])


def test_errors_go_to_the_callback_and_the_rest_is_found(tree):
    errors: list[ImageError] = []
    assert find_images([tree / "nothing.jpg", tree / "b.jpg"], on_error=errors.append) == [tree / "b.jpg"]
    assert [str(error) for error in errors] == [f"{tree / 'nothing.jpg'} does not exist."]


def test_an_unreadable_folder_is_reported_and_the_rest_is_found(tree, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "inner":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    errors: list[ImageError] = []
    assert find_images([tree], on_error=errors.append) == [tree / "a.PNG", tree / "b.jpg"]
    assert [str(error) for error in errors] == [f"The folder {tree / 'inner'} cannot be read: Permission denied."]
