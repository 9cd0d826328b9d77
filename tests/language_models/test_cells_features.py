import numpy as np
import pytest

from language_models.cells.features import (
    FEATURES,
    bracket_depth,
    capitals,
    indentation,
    inside_quotes,
    line_position,
    word_boundary,
)


def digits(values) -> str:
    return "".join(str(int(value)) for value in values)


@pytest.mark.parametrize(
    ("measure", "text", "expected"),
    [
        (inside_quotes, 'a "b" c', "0011000"),
        (inside_quotes, "a “b” c", "0011000"),
        (inside_quotes, '"a\n\nb"', "111001"),
        (line_position, "ab\n\nabc", "1200123"),
        (bracket_depth, "f(a[0])", "0112210"),
        (bracket_depth, ")(", "01"),
        (bracket_depth, "{((\n}a", "123300"),
        (word_boundary, "a_1, b", "000110"),
        (indentation, "  a b\n c", "12222011"),
        (indentation, "a\n\tb", "0088"),
        (indentation, " \tb", "188"),
        (capitals, "aBÉ1", "0110"),
    ],
)
def test_a_feature_is_what_it_says(measure, text, expected):
    assert digits(measure(text)) == expected


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_never_looks_ahead(feature):
    text = 'if (A) {\n\tsay("B c");\n}\n\n  "d'
    whole = feature.measure(text)
    for length in range(1, len(text) + 1):
        np.testing.assert_array_equal(feature.measure(text[:length]), whole[:length])


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_an_empty_text_has_no_values(feature):
    assert feature.measure("").shape == (0,)
