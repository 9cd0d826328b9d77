import base64
import hashlib
import json
import re

import pytest

from captioner.report.page import page
from groundwork.web_page import embedded_json

HOSTILE = "</script><img src=x onerror=alert(1)>&lt;!--\u2028\u2029 \udcff é \x00"


@pytest.fixture
def html(build_document) -> str:
    names = ["<b>&.png", "$style.png"]
    return page(build_document([HOSTILE, "a dog"], [["a dog"], [HOSTILE]], file_names=names), [None, "AAAA"])


def test_embedded_json_is_the_same_value_in_harmless_ascii():
    text = embedded_json([HOSTILE])
    assert json.loads(text) == [HOSTILE]
    assert text.isascii()
    assert not set("<>&\x00\n") & set(text)


def test_numbers_that_json_lacks_are_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        embedded_json([float("nan")])


def test_a_page_has_three_scripts_whatever_the_captions_say(html):
    assert html.count("</script>") == html.count("<script") == 3
    assert "onerror=alert(1)>" not in html


def test_texts_survive_the_way_into_the_page(html):
    document = json.loads(re.search(r'id="document">(.*?)</script>', html)[1])
    assert document["images"][0]["caption"] == HOSTILE
    assert [image["file"] for image in document["images"]] == ["<b>&.png", "$style.png"]


def test_nothing_in_a_page_is_loaded_from_elsewhere(html):
    addresses = set(re.findall(r"(?:https?:)?//[a-z][^\s\"'`]*", html))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(?:src|href)=\"(?!#)", html)


@pytest.mark.parametrize("name", ["script", "style"])
def test_the_policy_allows_this_script_and_style_alone(html, name):
    content = re.search(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert "default-src 'none'; img-src data:; " in html
    assert f"{name}-src 'sha256-{digest}'" in html


def test_markup_is_never_made_from_text(html):
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    assert not re.search(r"(?:inner|outer|Adjacent)HTML|document\.write|\beval\(|\.href\b|\.on[a-z]+ =", script)
