"""The random choice of the next character: temperature, top-k and nucleus."""

from dataclasses import dataclass

from keras import ops

from groundwork.errors import ConfigError


@dataclass(frozen=True)
class Sampling:
    """How characters are drawn from a model's distribution.

    Attributes:
        temperature: divides the logits; below 1 the likely becomes likelier, 0 takes the likeliest.
        top_k: draws from this many likeliest characters at most; None: from all.
        top_p: draws from the fewest likeliest characters that together have at least this probability, after
            temperature and `top_k` (the nucleus of Holtzman et al. 2020, arXiv:1904.09751).

    Raises:
        ConfigError: an option leaves nothing to draw from.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise ConfigError(f"`temperature` must be 0 or more; received {self.temperature}.")
        if self.top_k is not None and self.top_k < 1:
            raise ConfigError(f"`top_k` must be at least 1; received {self.top_k}.")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ConfigError(f"`top_p` must be above 0 and at most 1; received {self.top_p}.")

    def draw(self, logits, places):
        """Token ids int32 `(rows,)`.

        Args:
            logits: float `(rows, tokens)`.
            places: float `(rows,)` in [0, 1): where in the cumulative distribution each row falls.
        """
        if self.temperature == 0:
            return ops.cast(ops.argmax(logits, axis=-1), "int32")
        # The likeliest token has weight 1 at any temperature, so that no row overflows or vanishes.
        weights = ops.exp((logits - ops.max(logits, axis=-1, keepdims=True)) / self.temperature)
        if self.top_k is None and self.top_p is None:
            return _invert(weights, places)
        weights, token_ids = ops.top_k(weights, min(self.top_k or weights.shape[-1], weights.shape[-1]))
        if self.top_p is not None:
            weights = _nucleus(weights, self.top_p)
        return ops.cast(ops.take_along_axis(token_ids, _invert(weights, places)[:, None], axis=1)[:, 0], "int32")


def _nucleus(weights, top_p: float):
    """Descending weights with 0 for those after the first that make up the share `top_p`; the first always stays."""
    cumulative = ops.cumsum(weights, axis=-1)
    kept = ops.where(cumulative - weights < top_p * cumulative[:, -1:], weights, 0.0)
    return ops.concatenate([weights[:, :1], kept[:, 1:]], axis=-1)


def _invert(weights, places):
    """The first column at which the cumulative share of the weights exceeds `places`, int32 `(rows,)`."""
    cumulative = ops.cumsum(weights, axis=-1)
    passed = ops.cast(cumulative <= places[:, None] * cumulative[:, -1:], "int32")
    return ops.minimum(ops.sum(passed, axis=-1), weights.shape[-1] - 1)
