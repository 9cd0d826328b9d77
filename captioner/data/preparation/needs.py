"""How much disk, memory and time a preparation takes, said before it starts."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.disk import readable_size

# Upper estimates; MS COCO, 123,287 pictures with 616,767 captions, was measured at 90 MB of files and 0.5 GB of memory.
_DISK_PER_PICTURE, _DISK_PER_CAPTION = 300, 120
_MEMORY_BASE, _MEMORY_PER_PICTURE, _MEMORY_PER_CAPTION = 100_000_000, 1200, 500

# COCO's 640 x 480 JPEGs on a server's processor; smaller pictures are faster.
_PICTURES_PER_SECOND_AND_THREAD = 150

# VGG's last feature map, 7 x 7 positions of 512 channels, in half precision.
FEATURE_BYTES = 49 * 512 * 2


@dataclass(frozen=True)
class Needs:
    """Estimates for so many pictures and captions; sizes in bytes."""

    pictures: int
    captions: int

    @classmethod
    def of(cls, records: Iterable[CaptionRecord]) -> "Needs":
        counts = [len(record.captions) for record in records]
        return cls(len(counts), sum(counts))

    @property
    def disk(self) -> int:
        return _DISK_PER_PICTURE * self.pictures + _DISK_PER_CAPTION * self.captions

    @property
    def memory(self) -> int:
        return _MEMORY_BASE + _MEMORY_PER_PICTURE * self.pictures + _MEMORY_PER_CAPTION * self.captions

    @property
    def features(self) -> int:
        return FEATURE_BYTES * self.pictures

    def describe(self, *, threads: int | None = None) -> str:
        """Two sentences; `threads` is the number of decoding threads, None if nothing is decoded."""
        minutes = 0.0
        if threads is not None:
            minutes = self.pictures / (_PICTURES_PER_SECOND_AND_THREAD * min(threads, os.cpu_count() or 1) * 60)
        duration = "less than a minute" if minutes < 1 else f"about {minutes:.0f} minutes"
        return (
            f"Preparing {self.pictures:,} images with {self.captions:,} captions takes {readable_size(self.disk)} of "
            f"disk, {readable_size(self.memory)} of memory and {duration}.\n"
            f"Training caches 49 regions x 512 channels x 2 bytes = {FEATURE_BYTES:,} bytes an image, "
            f"{readable_size(self.features)} of disk; as much free memory keeps them all at hand."
        )
