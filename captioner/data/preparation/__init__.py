"""Published data sets -> one prepared directory."""

from captioner.data.preparation.flickr8k import flickr8k_sources
from captioner.data.preparation.karpathy import karpathy_sources
from captioner.data.preparation.official_coco import ARCHIVES, make_available, official_coco_sources
from captioner.data.preparation.prepared_directory import prepare
from captioner.data.preparation.sources import Source, caption_file_source

__all__ = [
    "ARCHIVES",
    "Source",
    "caption_file_source",
    "flickr8k_sources",
    "karpathy_sources",
    "make_available",
    "official_coco_sources",
    "prepare",
]
