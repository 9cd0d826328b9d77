"""Everything that the page of the cells shows, as one JSON-able document without a word of HTML."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from language_models.cells.activations import Quantity
from language_models.cells.ranking import Ranking, halves_of

_STEPS = 127  # of a signed byte, on either side of the centre


def cells_document(
    text: str,
    quantities: Sequence[Quantity],
    rankings: Sequence[Ranking],
    *,
    shown: int,
    title: str,
    conditions: Mapping[str, str],
) -> dict[str, Any]:
    """The document behind the page.

    It shows the start of the half on which units are judged, so that what is seen had no part in choosing them.

    Args:
        text: what was read; it stands in the document as it is, unescaped.
        quantities: as `trace` returns them; a byte for each unit and shown character goes into the page.
        rankings: as `rank_units` returns them.
        shown: most characters to show.
        title: of the page.
        conditions: what the numbers depend on, by name.
    """
    held_out = halves_of(len(text))[1]
    part = slice(held_out.start, min(held_out.start + shown, held_out.stop))
    return {
        "title": title,
        "conditions": dict(conditions),
        "text": list(text[part]),
        "quantities": [_coded(quantity, part) for quantity in quantities],
        "features": [_ranked(ranking, ranking.feature.measure(text)[part]) for ranking in rankings],
    }


def _coded(quantity: Quantity, part: slice) -> dict[str, Any]:
    """Values as signed bytes, unit after unit; 127 is as far from the centre as the unit goes in the text shown."""
    distances = quantity.values[part].T - quantity.centre  # (units, characters)
    reach = np.abs(distances).max(axis=1)
    codes = np.rint(_STEPS * distances / np.maximum(reach, 1e-9)[:, None]).astype(np.int8)
    return {
        "name": quantity.name,
        "centre": quantity.centre,
        "reach": [float(f"{value:.4g}") for value in reach],
        "codes": base64.b64encode(codes.tobytes()).decode(),
    }


def _ranked(ranking: Ranking, values: np.ndarray) -> dict[str, Any]:
    return {
        "name": ranking.feature.name,
        "description": ranking.feature.description,
        "remembered": ranking.feature.remembered,
        "threshold": None if ranking.threshold is None else round(ranking.threshold, 4),
        "values": [int(value) for value in values],
        "units": [
            {
                "quantity": tracker.quantity,
                "unit": tracker.unit,
                "chosenBy": round(tracker.chosen_by, 4),
                "heldOut": round(tracker.held_out, 4),
                "tracks": ranking.tracks(tracker),
            }
            for tracker in ranking.trackers
        ],
    }
