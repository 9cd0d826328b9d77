"""One HTML page that needs no other file, no network and no trust in the texts that it shows."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Any

_SCRIPTS = ("elements.js", "summary.js", "charts.js", "gallery.js", "page.js")  # later ones use earlier ones


def page(document: Mapping[str, Any], thumbnails: Sequence[str | None]) -> str:
    """The page as text, for a UTF-8 file.

    Texts of others reach the page as JSON only, which its script puts into text nodes. A content security policy allows
    this one script and this one style by their hashes and pictures by value, and nothing that would have to be loaded.

    Args:
        document: what `report_document` returns.
        thumbnails: for each of its images base64 of a JPEG, or None where there is no picture.
    """
    style, script = _asset("page.css"), "".join(map(_asset, _SCRIPTS))
    return Template(_asset("page.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        document=embedded_json(document),
        thumbnails=embedded_json(list(thumbnails)),
    )


def embedded_json(value: Any) -> str:
    """ASCII JSON without the characters that could end a script element, or mean anything to an HTML parser."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _asset(name: str) -> str:
    return files("captioner.report").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
