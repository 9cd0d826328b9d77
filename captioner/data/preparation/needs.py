"""How much disk, memory and time a preparation takes, said before it starts."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.disk import readable_size
from captioner.data.shards import PIXEL_BYTES

# Upper estimates; MS COCO, 123,287 pictures with 616,767 captions, was measured at 90 MB of files and 0.5 GB of memory.
_DISK_PER_PICTURE, _DISK_PER_CAPTION = 300, 120
_MEMORY_BASE, _MEMORY_PER_PICTURE, _MEMORY_PER_CAPTION = 100_000_000, 1200, 500

# What stands in a shard and in its index beside the pixels: captions, ids, checksums, the path.
_SHARD_PER_PICTURE = 800

# TensorFlow, which writes the shards.
_SHARD_MEMORY = 500_000_000

# COCO's 640 x 480 JPEGs on a server's processor; smaller pictures are faster.
_PICTURES_PER_SECOND_AND_THREAD = 150

# VGG's last feature map, 7 x 7 positions of 512 channels, in half precision.
FEATURE_BYTES = 49 * 512 * 2


@dataclass(frozen=True)
class Needs:
    """Estimates for so many pictures and captions; sizes in bytes.

    Attributes:
        pictures: of all splits.
        captions: of all splits.
        decoded: how many pictures are decoded to be checked.
        sharded: how many are written to shards.
    """

    pictures: int
    captions: int
    decoded: int = 0
    sharded: int = 0

    @classmethod
    def of(cls, records: Iterable[CaptionRecord], *, verify: bool, sharded: int = 0) -> "Needs":
        counts = [len(record.captions) for record in records]
        return cls(len(counts), sum(counts), len(counts) if verify else 0, sharded)

    @property
    def disk(self) -> int:
        return _DISK_PER_PICTURE * self.pictures + _DISK_PER_CAPTION * self.captions

    @property
    def shards(self) -> int:
        return (PIXEL_BYTES + _SHARD_PER_PICTURE) * self.sharded

    @property
    def memory(self) -> int:
        records = _MEMORY_PER_PICTURE * self.pictures + _MEMORY_PER_CAPTION * self.captions
        return _MEMORY_BASE + records + (_SHARD_MEMORY if self.sharded else 0)

    @property
    def features(self) -> int:
        return FEATURE_BYTES * self.pictures

    def describe(self, *, threads: int) -> str:
        """A few sentences; `threads` is the number of decoding threads."""
        pictures_a_minute = _PICTURES_PER_SECOND_AND_THREAD * min(threads, os.cpu_count() or 1) * 60
        minutes = (self.decoded + self.sharded) / pictures_a_minute
        duration = "less than a minute" if minutes < 1 else f"about {minutes:.0f} minutes"
        sentences = [
            f"Preparing {self.pictures:,} images with {self.captions:,} captions takes {readable_size(self.disk)} of "
            f"disk, {readable_size(self.memory)} of memory and {duration}.",
            f"Training a VGG's decoder caches 49 regions x 512 channels x 2 bytes = {FEATURE_BYTES:,} bytes an image, "
            f"{readable_size(self.features)} of disk, and MobileNetV2's 2.5 times that; as much free memory keeps them "
            f"all at hand.",
        ]
        if self.sharded:
            sentences.insert(
                1,
                f"Shards take 224 x 224 x 3 = {PIXEL_BYTES:,} bytes for each of {self.sharded:,} images and a "
                f"little for its captions, {readable_size(self.shards)} of disk.",
            )
        return "\n".join(sentences)
