"""The captioner's decoder written in PyTorch: the same arithmetic, the same parameters, the same loss."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from captioner.data.vocabulary import PAD_ID


class TorchCaptioner(nn.Module):
    """What `captioner.models.LSTMDecoder` is, for features `(images, regions, channels)`, regions a square.

    All parameters have the same shapes, but for a second bias in `nn.LSTM`. The options are those of `LSTMDecoder`.
    """

    def __init__(
        self,
        *,
        channels: int,
        vocabulary_size: int,
        embedding_dim: int,
        units: int,
        pyramid: tuple[int, ...],
        dropout: float,
        image_dropout: float,
        tie_embeddings: bool,
    ):
        super().__init__()
        self.pyramid = pyramid
        vector = sum(grid**2 for grid in pyramid) * channels
        self.image_norm = nn.LayerNorm(vector, eps=1e-3)
        self.image_noise = nn.Dropout(image_dropout)
        self.image_to_hidden = nn.Linear(vector, units)
        self.image_to_cell = nn.Linear(vector, units)
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        nn.init.normal_(self.embedding.weight, std=embedding_dim**-0.5)
        self.noise = nn.Dropout(dropout)
        self.lstm = nn.LSTM(embedding_dim, units, batch_first=True)
        self.hidden_to_word = nn.Linear(units, embedding_dim) if units != embedding_dim else nn.Identity()
        self.output = nn.Linear(embedding_dim, vocabulary_size)
        if tie_embeddings:
            self.output.weight = self.embedding.weight

    def forward(self, features: Tensor, token_ids: Tensor) -> Tensor:
        """Features and token ids `(images * captions, time)`, an image's captions together, to logits."""
        state = self.initial_state(features, captions=len(token_ids) // len(features))
        outputs, _ = self.lstm(self.noise(self.embedding(token_ids)), state)
        return self.output(self.hidden_to_word(self.noise(outputs)))  # (images * captions, time, vocabulary_size)

    def initial_state(self, features: Tensor, *, captions: int) -> tuple[Tensor, Tensor]:
        """The state before the first word of each caption, both `(1, images * captions, units)`."""
        vector = self.image_noise(self.image_norm(self.image_vector(features)))
        hidden, cell = torch.tanh(self.image_to_hidden(vector)), self.image_to_cell(vector)
        return hidden.repeat_interleave(captions, 0)[None], cell.repeat_interleave(captions, 0)[None]

    def step(self, token_ids: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """One word further: token ids `(rows,)` to logits `(rows, vocabulary_size)` and the next state."""
        outputs, state = self.lstm(self.embedding(token_ids)[:, None], state)
        return self.output(self.hidden_to_word(outputs[:, 0])), state

    def image_vector(self, features: Tensor) -> Tensor:
        """Means over the cells of all grids, `(images, cells * channels)`."""
        images, regions, channels = features.shape
        side = round(regions**0.5)
        square = features.transpose(1, 2).reshape(images, channels, side, side)
        cells = [functional.adaptive_avg_pool2d(square, grid).flatten(2) for grid in self.pyramid]
        return torch.cat(cells, dim=2).transpose(1, 2).flatten(1)


def caption_loss(logits: Tensor, targets: Tensor, *, label_smoothing: float) -> Tensor:
    """Mean smoothed cross-entropy over all targets that are not padding."""
    return functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=PAD_ID, label_smoothing=label_smoothing
    )


def load_weights(model: TorchCaptioner, weights: Mapping[str, np.ndarray]) -> None:
    """Gives the model the weights of an `LSTMDecoder` with tied embeddings, by their names in a bundle."""

    def put(parameter: Tensor, name: str) -> None:
        array = weights[f"decoder/{name}"]
        parameter.data.copy_(torch.from_numpy(array.T if name.endswith("kernel") else array))

    put(model.image_norm.weight, "image_norm/gamma")
    put(model.image_norm.bias, "image_norm/beta")
    for layer in ("image_to_hidden", "image_to_cell"):
        put(getattr(model, layer).weight, f"{layer}/kernel")
        put(getattr(model, layer).bias, f"{layer}/bias")
    put(model.embedding.weight, "embedding/embeddings")
    put(model.lstm.weight_ih_l0, "lstm/lstm_cell/kernel")
    put(model.lstm.weight_hh_l0, "lstm/lstm_cell/recurrent_kernel")
    put(model.lstm.bias_ih_l0, "lstm/lstm_cell/bias")
    model.lstm.bias_hh_l0.data.zero_()
    if isinstance(model.hidden_to_word, nn.Linear):
        put(model.hidden_to_word.weight, "hidden_to_word/kernel")
        put(model.hidden_to_word.bias, "hidden_to_word/bias")
    put(model.output.bias, "output_bias")
