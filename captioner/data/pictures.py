"""The pictures of a prepared directory: from its shards where they stand there, otherwise from their files."""

from pathlib import Path

import numpy as np

from captioner.data.feature_cache import picture_identity
from captioner.data.images import load_image
from captioner.data.shards import PictureShards


class Pictures:
    """Reads pictures; either way a network sees the same pixels.

    Args:
        shards: where to look first; a picture whose file has changed since is read from its file.
    """

    def __init__(self, shards: PictureShards | None = None):
        self.shards = shards

    @property
    def sharded(self) -> int:
        """How many stand in shards."""
        return len(self.shards) if self.shards is not None else 0

    def load(self, path: Path) -> np.ndarray:
        """One picture as `load_image` prepares it: uint8 `(height, width, 3)`, RGB.

        Raises:
            ImageError: its file cannot be read.
            DataError: its shard is damaged.
        """
        sharded = self.shards.find(picture_identity(path)) if self.shards else None
        return sharded.load() if sharded else load_image(path)
