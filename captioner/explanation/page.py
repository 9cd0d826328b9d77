"""An explanation as one HTML page: the photograph, lit for the word that is looked at, and a panel for each word."""

import base64
import io
from typing import Any

from PIL import Image

from captioner.explanation.explain import Explanation
from captioner.explanation.highlights import DIMMED, evidence, mask, percent, probabilities, strengths, whole_caption
from groundwork.web_page import web_page

# Masks are smooth; the browser enlarges them.
_MASK_SIDE = 56
_QUALITY = 85


def explanation_page(explanation: Explanation, photograph: Image.Image, *, about: str) -> str:
    """The page as text, for a UTF-8 file; see `groundwork.web_page`. It shows pictures by value only.

    Args:
        explanation: the caption.
        photograph: RGB, in its proportions.
        about: a line of where caption and photograph come from.
    """
    words = zip(explanation.words, strengths(explanation), strict=True)
    document: dict[str, Any] = {
        "title": explanation.text,
        "about": f"{about}. {whole_caption(explanation)}",
        "evidence": evidence(explanation),
        "dimmed": DIMMED,
        "photograph": as_text(photograph, "JPEG", quality=_QUALITY, optimize=True),
        "width": photograph.width,
        "height": photograph.height,
        "words": [
            {
                "word": word.word,
                "probability": word.probability,
                "probabilities": probabilities(word),
                "others": [[other, percent(probability)] for other, probability in word.runners_up],
                "mask": light(mask(strength, (_MASK_SIDE, _MASK_SIDE))),
            }
            for word, strength in words
        ],
    }
    return web_page(
        "captioner.explanation",
        template="explanation.html",
        style="explanation.css",
        scripts=["explanation.js"],
        data={"document": document},
    )


def light(strength: Image.Image) -> str:
    """A mask as a picture that is opaque where a place is lit."""
    return as_text(Image.merge("LA", (Image.new("L", strength.size, 255), strength)), "PNG", optimize=True)


def as_text(picture: Image.Image, format_: str, **options: Any) -> str:
    """A picture as the address by which a page shows it."""
    buffer = io.BytesIO()
    picture.save(buffer, format_, **options)
    return f"data:image/{format_.lower()};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
