"""What a training run takes, said before it starts."""

from captioner.data.preparation.disk import readable_size
from captioner.data.prepared_data import PreparedData

# Upper estimates of what images and captions take as text, as token ids and while their file is parsed.
_MEMORY_PER_IMAGE, _MEMORY_PER_CAPTION = 2500, 1000


def describe_needs(data: PreparedData) -> str:
    """One sentence: how much is trained on, and the memory it takes; features stay on disk and need none."""
    records = [*data.train, *data.val]
    captions = sum(len(record.captions) for record in records)
    memory = _MEMORY_PER_IMAGE * len(records) + _MEMORY_PER_CAPTION * captions
    sharded = f", {data.pictures.sharded:,} pictures in shards" if data.pictures.sharded else ""
    return (
        f"Training on {len(data.train):,} images, validating on {len(data.val):,}, with {captions:,} captions"
        f"{sharded}: {readable_size(memory)} of memory beside the network."
    )
