"""HTML pages that need no other file, no network and no trust in the texts that they show."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Any


def web_page(package: str, *, template: str, style: str, scripts: Sequence[str], data: Mapping[str, Any]) -> str:
    """The page as text, for a UTF-8 file.

    Texts of others reach the page as JSON only, which its script puts into text nodes. The template's content security
    policy allows this one script and this one style by their hashes, and nothing that would have to be loaded.

    Args:
        package: whose folder `assets` holds the files.
        template: with `$style`, `$style_hash`, `$script`, `$script_hash` and a place for each of `data`.
        style: the style sheet.
        scripts: joined into one; later ones use earlier ones.
        data: JSON-able values by the names of their places.
    """
    styling, script = _asset(package, style), "".join(_asset(package, name) for name in scripts)
    return Template(_asset(package, template)).substitute(
        style=styling,
        style_hash=_hash(styling),
        script=script,
        script_hash=_hash(script),
        **{name: embedded_json(value) for name, value in data.items()},
    )


def embedded_json(value: Any) -> str:
    """ASCII JSON without the characters that could end a script element, or mean anything to an HTML parser."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _asset(package: str, name: str) -> str:
    return files(package).joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
