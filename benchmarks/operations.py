"""How many floating-point operations a captioner takes; a multiplication and the addition after it are two.

Counted are the convolutions, as the definition has them, and the matrix products; not the biases, activations, pooling,
dropout, softmax and the optimizer's arithmetic, which together are less than one percent.
"""

from collections.abc import Mapping
from typing import Any

Sizes = Mapping[str, Any]  # The arguments of a `VGGEncoder` or of an `LSTMDecoder`.


def convolutions(encoder: Sizes) -> list[int]:
    """For one picture, the operations of each 3 x 3 convolution."""
    side, channels, counts = encoder["image_size"], 3, []
    for repeats, filters in zip(encoder["repeats"], encoder["filters"], strict=True):
        for _ in range(repeats):
            counts.append(2 * 9 * channels * filters * side**2)
            channels = filters
        side //= 2
    return counts


def encoding(encoder: Sizes) -> int:
    """The encoder's forward pass for one picture."""
    return sum(convolutions(encoder))


def encoder_training(encoder: Sizes, train_from: str = "block1") -> int:
    """Forward and backward for one picture from a block on; nobody needs the gradient of what goes into the first."""
    before = sum(encoder["repeats"][: int(train_from.removeprefix("block")) - 1])
    counts = convolutions(encoder)[before:]
    return 3 * sum(counts) - counts[0]


def image_state(encoder: Sizes, decoder: Sizes) -> int:
    """From one picture's regions, averaged, to the LSTM's first hidden state and cell."""
    cells = sum(grid**2 for grid in decoder["pyramid"])
    return 2 * 2 * cells * encoder["filters"][-1] * decoder["units"]


def word(decoder: Sizes) -> int:
    """One step of one caption: the four gates, and the logits of all words."""
    units, embedding = decoder["units"], decoder["embedding_dim"]
    to_word = units * embedding if units != embedding else 0
    return 2 * (4 * units * (embedding + units) + to_word + embedding * decoder["vocabulary_size"])


def training(encoder: Sizes, decoder: Sizes, *, images: int, words: int, train_from: str | None) -> int:
    """Forward and backward of all that a stage trains.

    Args:
        encoder: sizes of the encoder.
        decoder: sizes of the decoder.
        images: pictures.
        words: words of all their captions that count in the loss; padding is no work that anybody wants.
        train_from: first block of the encoder that is trained; None: features come from a cache, and need no gradient.
    """
    if train_from is None:
        return 2 * images * image_state(encoder, decoder) + 3 * words * word(decoder)
    each = encoder_training(encoder, train_from) + 3 * image_state(encoder, decoder)
    return images * each + 3 * words * word(decoder)


def captioning(encoder: Sizes, decoder: Sizes, *, steps: int, beam_size: int) -> int:
    """From one picture to its captions by beam search of so many steps."""
    return encoding(encoder) + image_state(encoder, decoder) + steps * beam_size * word(decoder)
