"""The cells of a model as one HTML page that needs no other file, no network and no trust in the text it shows."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from string import Template
from typing import Any


def cells_page(document: Mapping[str, Any]) -> str:
    """The page as text, for a UTF-8 file.

    The text of others reaches the page as JSON only, which its script puts into text nodes. A content security policy
    allows this one script and this one style by their hashes, and nothing that would have to be loaded.

    Args:
        document: what `cells_document` returns.
    """
    style, script = _asset("cells.css"), _asset("cells.js")
    return Template(_asset("cells.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        document=_embedded_json(document),
    )


def _embedded_json(value: Any) -> str:
    """ASCII JSON without the characters that could end a script element, or mean anything to an HTML parser."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _asset(name: str) -> str:
    return files("language_models.cells").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
