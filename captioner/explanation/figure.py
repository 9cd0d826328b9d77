"""An explanation as one picture: the photograph, and a panel for each word."""

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from captioner.explanation.explain import ExplainedWord, Explanation
from captioner.explanation.highlights import evidence, highlighted, percent, probabilities, strengths, whole_caption
from groundwork.files import atomic_path

PAPER, INK, QUIET, LINE, ACCENT = "#fcfbf8", "#22252a", "#626972", "#d9d4c9", "#2f6f8f"

# Inches; text sizes are in points.
COLUMNS, PANEL, GAP, MARGIN = 4, 2.5, 0.3, 0.45
HEADER, FOOTER, BELOW = 1.0, 0.55, 1.05
LEAST_SHAPE, GREATEST_SHAPE = 0.5, 1.6  # Height by width of a panel; a photograph beyond that leaves room beside it.
DOTS_PER_INCH = 160


class Sheet:
    """A page measured in inches from its upper left corner."""

    def __init__(self, width: float, height: float):
        self.width = width
        self.height = height
        self.figure = Figure(figsize=(width, height), facecolor=PAPER)

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text whose baseline is at `y`; nothing in it is taken for mathematics."""
        look: dict[str, Any] = {"color": INK, "fontsize": 10, "parse_math": False} | style
        self.figure.text(x / self.width, 1 - y / self.height, text, **look)

    def line(self, x: float, y: float, length: float, **style: Any) -> None:
        ends = [x / self.width, (x + length) / self.width]
        height = [1 - y / self.height] * 2
        self.figure.add_artist(Line2D(ends, height, solid_capstyle="butt", **style))

    def picture(self, x: float, y: float, width: float, height: float, picture: Image.Image) -> None:
        """A picture in the middle of a box, as large as its proportions allow."""
        box = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.imshow(np.asarray(picture), interpolation="antialiased")
        axes.set_axis_off()


def write_figure(path: str | Path, explanation: Explanation, photograph: Image.Image, *, about: str) -> None:
    """Writes a PNG atomically.

    Args:
        path: the file.
        explanation: the caption.
        photograph: RGB, in its proportions.
        about: a line of where caption and photograph come from.
    """
    panels = len(explanation.words) + 1
    columns = min(COLUMNS, panels)
    rows = -(-panels // columns)
    shape = min(max(photograph.height / photograph.width, LEAST_SHAPE), GREATEST_SHAPE)
    title = textwrap.wrap(explanation.text, width=15 * columns)
    header = HEADER + 0.36 * (len(title) - 1)
    method = textwrap.wrap(evidence(explanation), width=38 * columns)
    footer = FOOTER + 0.18 * len(method)
    row_height = PANEL * shape + BELOW
    width = 2 * MARGIN + columns * (PANEL + GAP) - GAP
    sheet = Sheet(width, MARGIN + header + rows * (row_height + GAP) - GAP + footer)
    draw_header(sheet, title, explanation, about)
    pictures = [photograph, *(highlighted(photograph, strength) for strength in strengths(explanation))]
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        x, y = MARGIN + column * (PANEL + GAP), MARGIN + header + row * (row_height + GAP)
        sheet.picture(x, y, PANEL, PANEL * shape, picture)
        if number:
            draw_word(sheet, x, y + PANEL * shape, explanation.words[number - 1])
    for number, line in enumerate(reversed(method)):
        sheet.text(MARGIN, sheet.height - 0.35 - 0.18 * number, line, color=QUIET, fontsize=8.5)
    with atomic_path(path) as temporary:
        sheet.figure.savefig(temporary, format="png", dpi=DOTS_PER_INCH, facecolor=PAPER)


def draw_header(sheet: Sheet, title: list[str], explanation: Explanation, about: str) -> None:
    """The caption, and below it what is said of all of it."""
    for number, line in enumerate(title):
        sheet.text(MARGIN, MARGIN + 0.25 + 0.36 * number, line, fontsize=20)
    whole = f"{about}. {whole_caption(explanation)}"
    sheet.text(MARGIN, MARGIN + 0.55 + 0.36 * (len(title) - 1), whole, color=QUIET, fontsize=9)


def draw_word(sheet: Sheet, x: float, y: float, word: ExplainedWord) -> None:
    """A word with its probability as a number and as a bar, and below it the runners-up."""
    right = x + PANEL
    sheet.text(x, y + 0.26, word.word, fontsize=12, fontweight="bold")
    sheet.text(right, y + 0.26, probabilities(word), fontsize=10, ha="right")
    sheet.line(x, y + 0.37, PANEL, color=LINE, linewidth=2.5)
    sheet.line(x, y + 0.37, PANEL * word.probability, color=ACCENT, linewidth=2.5)
    for number, (other, probability) in enumerate(word.runners_up):
        baseline = y + 0.57 + 0.18 * number
        sheet.text(x, baseline, other, color=QUIET, fontsize=8.5)
        sheet.text(right, baseline, percent(probability), color=QUIET, fontsize=8.5, ha="right")
