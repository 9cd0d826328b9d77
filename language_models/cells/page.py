"""The cells of a model as one HTML page that needs no other file, no network and no trust in the text it shows."""

from collections.abc import Mapping
from typing import Any

from groundwork.web_page import web_page


def cells_page(document: Mapping[str, Any]) -> str:
    """The page as text, for a UTF-8 file; see `groundwork.web_page`.

    Args:
        document: what `cells_document` returns.
    """
    data = {"document": document}
    return web_page("language_models.cells", template="cells.html", style="cells.css", scripts=["cells.js"], data=data)
