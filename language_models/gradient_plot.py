"""Gradient flow as a plot and as a table of numbers."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from groundwork.files import atomic_path, write_text
from language_models.gradient_experiment import Flow

_STYLES = {
    ("rnn", "hidden"): ("vanilla RNN, h", "#c8502a", "-"),
    ("gru", "hidden"): ("GRU, h", "#3b8a4f", "-"),
    ("lstm", "hidden"): ("LSTM, h", "#2f6f8f", "-"),
    ("lstm", "cell"): ("LSTM, c", "#2f6f8f", "--"),
}


def write_csv(path: str | Path, flows: Sequence[Flow]) -> None:
    """A line for each condition, cell, part of the state and distance; written atomically."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["condition", "cell", "part", "distance", "norm"])
    for flow in flows:
        for distance, norm in enumerate(flow.norms):
            writer.writerow([flow.condition, flow.cell, flow.part, distance, f"{norm:.6g}"])
    write_text(path, file.getvalue())


def write_plot(path: str | Path, flows: Sequence[Flow]) -> None:
    """One panel a condition with the norms over T - t, as PNG with a logarithmic scale; written atomically."""
    from matplotlib.figure import Figure  # Costs a second, and only this needs it.

    conditions = list(dict.fromkeys(flow.condition for flow in flows))
    figure = Figure(figsize=(3.6 * len(conditions), 3.8), layout="constrained")
    panels = figure.subplots(1, len(conditions), sharey=True, squeeze=False)[0]
    for panel, condition in zip(panels, conditions, strict=True):
        for flow in flows:
            if flow.condition == condition:
                label, colour, line = _STYLES[flow.cell, flow.part]
                panel.semilogy(range(len(flow.norms)), flow.norms, line, color=colour, label=label)
        panel.set(title=condition, xlabel="T − t")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("norm of the gradient of loss$_T$ by the state at t")
    panels[0].legend()
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=130)
