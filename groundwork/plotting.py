"""Plots are drawn by matplotlib, which only they need."""

from groundwork.errors import ConfigError


def require_matplotlib() -> None:
    """Tells before any work is done that a plot cannot be drawn.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ConfigError("The plot needs matplotlib: pip install matplotlib.") from error
