"""The reliability of captions as a plot."""

from pathlib import Path

from captioner.confidence import Confidence
from captioner.reliability import Reliability
from groundwork.files import atomic_path

_RAW, _CALIBRATED = "#c8502a", "#2f6f8f"


def write_reliability_plot(path: str | Path, confidence: Confidence) -> None:
    """Shares of captions that people agree with over what the captions state, as PNG; written atomically."""
    from matplotlib.figure import Figure  # Costs a second, and only this needs it.

    figure = Figure(figsize=(5.2, 5.2), layout="constrained")
    panel = figure.subplots()
    panel.plot([0, 1], [0, 1], ":", color="grey")
    _draw(panel, confidence.raw, _RAW, "mean probability of a token")
    if confidence.calibrated is not None:
        _draw(panel, confidence.calibrated, _CALIBRATED, f"confidence, {confidence.basis}")
    panel.set(xlabel="stated", ylabel="share of captions that people agree with", xlim=(0, 1), ylim=(0, 1))
    panel.grid(alpha=0.3)
    panel.legend()
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=130)


def _draw(panel, reliability: Reliability, colour: str, label: str) -> None:
    low, high = reliability.intervals()
    panel.vlines(reliability.stated, low, high, color=colour, alpha=0.4)
    panel.plot(
        reliability.stated, reliability.observed, "o-", color=colour, label=f"{label}; error {reliability.error:.3f}"
    )
