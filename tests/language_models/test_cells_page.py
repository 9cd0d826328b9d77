import base64
import hashlib
import json
import re

import numpy as np
import pytest

from language_models.cells import FEATURES, Quantity, cells_document, cells_page, rank_units

HOSTILE = "</script><img src=x onerror=alert(1)>&lt;!--\u2028 \udcff $style é"
TEXT = f'{HOSTILE} "said" (he)\n' * 12


@pytest.fixture
def quantities():
    places = np.arange(len(TEXT), dtype=np.float32)[:, None]
    return [Quantity("cell", 0.0, np.sin(places * [0.1, 0.2])), Quantity("gate", 0.5, 0.5 + 0.25 * np.cos(places))]


@pytest.fixture
def document(quantities):
    rankings = rank_units(TEXT, quantities, FEATURES, shifts=5)
    return cells_document(TEXT, quantities, rankings, shown=50, title=HOSTILE, conditions={"model": HOSTILE})


@pytest.fixture
def html(document):
    return cells_page(document)


def test_the_text_shown_begins_where_units_are_judged(document):
    assert "".join(document["text"]) == TEXT[len(TEXT) // 2 :][:50]


def test_values_can_be_had_back_from_their_bytes(document, quantities):
    half = len(TEXT) // 2
    for coded, quantity in zip(document["quantities"], quantities, strict=True):
        codes = np.frombuffer(base64.b64decode(coded["codes"]), np.int8).reshape(-1, 50)
        values = coded["centre"] + codes / 127 * np.array(coded["reach"])[:, None]
        np.testing.assert_allclose(values.T, quantity.values[half : half + 50], atol=0.006)


def test_each_feature_comes_with_its_values_and_units(document):
    quotes = document["features"][0]
    assert quotes["name"] == "quotes"
    assert set(quotes["values"]) <= {0, 1}
    assert len(quotes["values"]) == 50
    assert len(quotes["units"]) == 3


def test_a_page_has_two_scripts_whatever_the_text_says(html):
    assert html.count("</script>") == html.count("<script") == 2
    assert "onerror=alert(1)>" not in html


def test_texts_survive_the_way_into_the_page(html, document):
    assert json.loads(re.search(r'id="document">(.*?)</script>', html)[1]) == document


def test_nothing_in_a_page_is_loaded_from_elsewhere(html):
    assert not re.findall(r"(?:https?:)?//[a-z][^\s\"'`]*", html)
    assert not re.search(r"\b(?:src|href)=\"", html)


@pytest.mark.parametrize("name", ["script", "style"])
def test_the_policy_allows_this_script_and_style_alone(html, name):
    content = re.search(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert "default-src 'none'; " in html
    assert f"{name}-src 'sha256-{digest}'" in html


def test_markup_is_never_made_from_text(html):
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    assert not re.search(r"(?:inner|outer|Adjacent)HTML|document\.write|\beval\(|\.on[a-z]+ =", script)
