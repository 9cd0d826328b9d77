"""All decoders by their kinds, as configurations and bundles name them."""

from typing import Any

from captioner.models.attention_cells import CELLS
from captioner.models.attention_decoder import AttentionDecoder
from captioner.models.lstm_decoder import LSTMDecoder
from groundwork.errors import ConfigError

Decoder = LSTMDecoder | AttentionDecoder


def make_decoder(*, kind: str = "lstm", **options: Any) -> Decoder:
    """A new decoder.

    Args:
        kind: `lstm`, or one of the kinds of `AttentionDecoder`. Bundles of before there were kinds name none.
        options: the arguments of its class.

    Raises:
        ConfigError: there is no such kind.
    """
    if kind == "lstm":
        return LSTMDecoder(**options)
    if kind in CELLS:
        return AttentionDecoder(kind=kind, **options)
    raise ConfigError(f"`decoder` must be one of lstm, {', '.join(CELLS)}, received {kind!r}.")
