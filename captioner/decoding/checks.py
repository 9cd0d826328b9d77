"""Range checks of decoding options, made before anything is computed."""

from numbers import Integral

from groundwork.errors import ConfigError


def check_count(name: str, value: int, *, at_most: int | None = None) -> None:
    """Raises ConfigError unless `value` is a whole number from 1 to `at_most`."""
    if not isinstance(value, Integral) or value < 1 or (at_most is not None and value > at_most):
        limits = "of at least 1" if at_most is None else f"from 1 to {at_most}"
        raise ConfigError(f"`{name}` must be a whole number {limits}; received {value!r}.")


def check_length_penalty(value: float) -> None:
    """Raises ConfigError for a penalty below 0, under which the search could not tell when to stop."""
    if not value >= 0:
        raise ConfigError(f"`length_penalty` must be 0 or more; received {value!r}.")


def check_diversity(value: float) -> None:
    """Raises ConfigError for a diversity below 0, which would make captions alike."""
    if not 0 <= value < float("inf"):
        raise ConfigError(f"`diversity` must be 0 or more; received {value!r}.")


def check_sampling(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raises ConfigError for options that leave nothing to draw from."""
    if not temperature > 0:
        raise ConfigError(f"`temperature` must be above 0 (greedy search is its limit); received {temperature!r}.")
    if top_k is not None:
        check_count("top_k", top_k)
    if top_p is not None and not 0 < top_p <= 1:
        raise ConfigError(f"`top_p` must be above 0 and at most 1; received {top_p!r}.")
