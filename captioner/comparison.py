"""Two results files for the same images, compared in a sentence for each score."""

from collections.abc import Mapping

from captioner.metrics.significance import Difference

SIGNIFICANT = 0.05


def comparison_sentences(differences: Mapping[str, Difference], first: str, second: str) -> list[str]:
    """`A is better than B on CIDEr, p = 0.004: ...` for each score; differences in percent, the better file first.

    Args:
        differences: the first file's scores minus the second's, by name.
        first: what the first file is called.
        second: likewise.
    """
    return [_sentence(name, found, first, second) for name, found in differences.items()]


def _sentence(name: str, found: Difference, first: str, second: str) -> str:
    low, high = found.interval
    better, worse, gain = (first, second, found.difference)
    if gain < 0:
        better, worse, gain, low, high = second, first, -gain, -high, -low
    size = f"p = {found.p:.3f}: by {100 * gain:.2f} (95 % interval {100 * low:.2f} to {100 * high:.2f})."
    if found.p < SIGNIFICANT:
        return f"{better} is better than {worse} on {name}, {size}"
    return f"{better} is not better than {worse} on {name} by more than chance, {size}"
