"""How a time grows with the size of something: as rows of a table and as a plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from groundwork.errors import DataError
from groundwork.files import atomic_path


@dataclass(frozen=True)
class Growth:
    """Seconds measured at several sizes.

    Attributes:
        task: what takes the time.
        unit: of the sizes.
        seconds: for each size, from small to large, a value a round.
    """

    task: str
    unit: str
    seconds: Mapping[int, Sequence[float]]

    @property
    def medians(self) -> dict[int, float]:
        return {size: median(values) for size, values in self.seconds.items()}

    @property
    def ratio(self) -> float:
        """How many times as much as the size the time grows, from the smallest size to the largest."""
        smallest, *_, largest = self.seconds
        return self.medians[largest] / self.medians[smallest] / (largest / smallest)


def as_lines(growths: Sequence[Growth]) -> list[str]:
    """A line for each size: seconds, and by how much they differ from those in proportion to the smallest size."""
    unit_width = max(len(growth.unit) for growth in growths)
    lines = [f"{'':<{unit_width + 7}} {'median s':>9} {'lowest':>9} {'highest':>9} {'of proportional':>15}"]
    for growth in growths:
        smallest, least = next(iter(growth.medians.items()))
        for size, middle in growth.medians.items():
            figures = (middle, min(growth.seconds[size]), max(growth.seconds[size]))
            lines.append(
                f"{size:>6} {growth.unit:<{unit_width}} "
                + " ".join(f"{figure:>9.4g}" for figure in figures)
                + f" {middle / least / (size / smallest):>15.2f}"
            )
    return lines


def write_plot(path: Path, growths: Sequence[Growth]) -> None:
    """A panel for each: medians with the span of their rounds, and a line in proportion to the smallest size.

    Raises:
        DataError: the file cannot be written.
    """
    from matplotlib.figure import Figure  # Not pyplot, which may look for a display.

    figure = Figure(figsize=(4 * len(growths), 3.4), layout="constrained")
    for axes, growth in zip(figure.subplots(1, len(growths), squeeze=False)[0], growths, strict=True):
        draw(axes, growth)
    try:
        with atomic_path(path) as temporary:
            figure.savefig(temporary, format="png", dpi=130)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error


def draw(axes, growth: Growth) -> None:
    """One panel, from 0 on either axis."""
    sizes, medians = zip(*growth.medians.items(), strict=True)
    below = [middle - min(values) for middle, values in zip(medians, growth.seconds.values(), strict=True)]
    above = [max(values) - middle for middle, values in zip(medians, growth.seconds.values(), strict=True)]
    axes.plot((0, sizes[-1]), (0, medians[0] / sizes[0] * sizes[-1]), color="0.6", linestyle="--", label="proportional")
    axes.errorbar(sizes, medians, yerr=(below, above), marker="o", capsize=3, label="measured")
    axes.set(xlabel=growth.unit, ylabel="seconds", title=growth.task, xlim=(0, None), ylim=(0, None))
    axes.legend()
