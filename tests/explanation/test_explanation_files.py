import base64
import hashlib
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from captioner.explanation.figure import write_figure
from captioner.explanation.page import explanation_page

PHOTOGRAPH = Image.new("RGB", (30, 20), (200, 60, 60))
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def html(occlusion) -> str:
    return explanation_page(occlusion, PHOTOGRAPH, about=HOSTILE)


def opened(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition("base64,")[2], validate=True)))


def test_a_picture_shows_the_photograph_in_colour_and_dimmed(attention, tmp_path):
    write_figure(tmp_path / "out.png", attention, PHOTOGRAPH, about="$x_1$ costs $2")
    with Image.open(tmp_path / "out.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    red = (np.abs(pixels.astype(int) - (200, 60, 60)).max(axis=-1) < 8).any(axis=0)
    assert red[: red.size // 2].any()  # The photograph itself, left of the word's panel.
    assert not red[red.size // 2 :].any()  # Half lit at most.
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.parametrize("size", [(400, 3), (3, 400)])
def test_photographs_of_any_shape_can_be_drawn(occlusion, tmp_path, size):
    write_figure(tmp_path / "out.png", occlusion, Image.new("RGB", size), about="a line")
    with Image.open(tmp_path / "out.png") as picture:
        assert max(picture.size) < 2000


def test_a_page_holds_words_numbers_and_pictures(html):
    document = json.loads(re.search(r'id="document">(.*?)</script>', html)[1])
    assert [word["word"] for word in document["words"]] == ["red", "boat"]
    assert document["words"][0]["others"] == [["blue", "25 %"], ["(end)", "<1 %"]]
    assert document["about"].startswith(HOSTILE)
    assert opened(document["photograph"]).size == (30, 20)
    lit = np.asarray(opened(document["words"][0]["mask"]))[..., -1]
    assert lit[0, 0] == 255
    assert lit[-1, -1] < 10


def test_nothing_that_is_shown_becomes_markup_and_nothing_is_loaded(html):
    assert html.count("</script>") == html.count("<script") == 2
    assert "onerror=alert(1)>" not in html
    assert not re.search(r"(?:https?:)?//[a-z]|\b(?:src|href)=\"", html)


@pytest.mark.parametrize("name", ["script", "style"])
def test_the_policy_allows_this_script_and_style_of_the_explanation_alone(html, name):
    content = re.search(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)[1]
    assert f"{name}-src 'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in html
