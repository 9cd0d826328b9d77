"""A report as one HTML page that needs no other file, no network and no trust in the texts that it shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundwork.web_page import web_page

_SCRIPTS = ("elements.js", "summary.js", "charts.js", "gallery.js", "page.js")  # later ones use earlier ones


def page(document: Mapping[str, Any], thumbnails: Sequence[str | None]) -> str:
    """The page as text, for a UTF-8 file; see `groundwork.web_page`. It shows pictures by value only.

    Args:
        document: what `report_document` returns.
        thumbnails: for each of its images base64 of a JPEG, or None where there is no picture.
    """
    data = {"document": document, "thumbnails": list(thumbnails)}
    return web_page("captioner.report", template="page.html", style="page.css", scripts=_SCRIPTS, data=data)
