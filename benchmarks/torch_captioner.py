"""The captioner's decoder written in PyTorch: the same arithmetic, the same parameters, the same loss."""

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
        vector = self.image_noise(self.image_norm(self.image_vector(features)))
        captions = len(token_ids) // len(features)
        hidden = torch.tanh(self.image_to_hidden(vector)).repeat_interleave(captions, 0)
        cell = self.image_to_cell(vector).repeat_interleave(captions, 0)
        outputs, _ = self.lstm(self.noise(self.embedding(token_ids)), (hidden[None], cell[None]))
        return self.output(self.hidden_to_word(self.noise(outputs)))  # (images * captions, time, vocabulary_size)

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
