"""From a captioned picture to the file that explains its caption."""

from pathlib import Path
from typing import BinaryIO

from PIL import Image

from captioner.data.images import load_image
from captioner.data.proportions import fitting_size
from captioner.explanation.explain import Explanation, explain
from captioner.explanation.page import explanation_page
from captioner.models.caption_model import CaptionModel
from groundwork.files import write_text

LONGEST_SIDE = 640  # pixels of the photograph in the file


def write_explanation(
    path: str | Path, model: CaptionModel, source: str | Path | bytes | BinaryIO, text: str, *, about: str
) -> Explanation:
    """Explains a caption and writes it, atomically.

    Args:
        path: ends in `.png`, or else it becomes an HTML page.
        model: the captioner.
        source: the picture.
        text: the caption.
        about: a line of where they come from, without a full stop.

    Raises:
        ImageError: the picture cannot be read.
        OSError: the file cannot be written.
    """
    side = model.encoder.image_size
    explanation = explain(model, load_image(source, (side, side)), text)
    photograph = Image.fromarray(load_image(source, fitting_size(source, LONGEST_SIDE)))
    if Path(path).suffix.lower() == ".png":
        from captioner.explanation.figure import write_figure  # Matplotlib costs a second, and only this needs it.

        write_figure(path, explanation, photograph, about=about)
    else:
        write_text(path, explanation_page(explanation, photograph, about=about))
    return explanation
