"""Pictures as a training's images: the batch contract, and reading that runs ahead of whoever trains."""

import threading

import numpy as np
import pytest

from captioner.data.batches import CaptionBatches
from captioner.data.coco import CaptionRecord
from captioner.data.live_pictures import LivePictures
from captioner.data.pictures import Pictures
from captioner.data.preparation.shard_writer import plan_shards, write_shards
from captioner.data.prepared_data import PreparedData
from captioner.data.shards import PictureShards
from captioner.errors import ImageError
from groundwork.rows import worker_rows


def test_a_batch_holds_pictures_beside_their_captions(colour_data):
    data = PreparedData.load(colour_data)
    captions = [[data.vocabulary.encode(caption) for caption in record.captions] for record in data.train]
    pictures = LivePictures([record.path for record in data.train])
    batches = CaptionBatches(captions, pictures, batch_size=4, ahead=2)
    assert batches.shapes[0]["images"] == (None, 224, 224, 3)
    colours = []
    for inputs, targets, _ in batches.epoch(0):
        assert inputs["images"].dtype == np.uint8
        seen = [("red", "green", "blue")[channel] for channel in inputs["images"][:, 0, 0].argmax(-1)]
        assert seen == [data.vocabulary.words[token_id] for token_id in targets[:, 0, 1]]
        colours += seen
    assert sorted(colours) == sorted(["red", "green", "blue"] * 2)


def test_reading_ahead_changes_no_batch():
    captions = [[[4 + number]] for number in range(9)]
    one, other = (
        CaptionBatches(captions, lambda indices, epoch: indices + 10 * epoch, batch_size=2, ahead=ahead).epoch(3)
        for ahead in (0, 2)
    )
    for (inputs, *_), (expected, *_) in zip(one, other, strict=True):
        np.testing.assert_array_equal(inputs["images"], expected["images"])


def test_the_next_batches_are_read_while_one_is_used():
    read: list[int] = []
    third = threading.Event()

    def images(indices, epoch):
        read.append(len(indices))
        if len(read) == 3:
            third.set()
        return indices

    epoch = CaptionBatches([[[4]]] * 9, images, batch_size=1, ahead=2).epoch(0)
    next(epoch)
    assert third.wait(5)
    epoch.close()
    assert len(read) == 3


@pytest.mark.parametrize("sharded", [False, True])
def test_workers_read_every_picture_once_and_each_those_of_its_own_rows(grey_picture, tmp_path, sharded):
    paths = [grey_picture(f"{number}.png", 9 * number) for number in range(8)]
    pictures = RecordingPictures(write_shards_of(paths, tmp_path / "shards") if sharded else None)

    def epoch(**options):
        return CaptionBatches([[[4]]] * 8, LivePictures(paths, pictures), batch_size=4, ahead=1, **options).epoch(0)

    whole = [inputs["images"] for inputs, *_ in epoch()]
    pictures.read.clear()
    for worker, rows in ((0, slice(0, 2)), (1, slice(2, 4))):
        own_rows = lambda count, worker=worker: worker_rows(count, range(worker, worker + 1), 2)  # noqa: E731
        for (inputs, *_), expected in zip(epoch(own_rows=own_rows), whole, strict=True):
            np.testing.assert_array_equal(inputs["images"][rows], expected[rows])
    assert sorted(pictures.read) == sorted(paths)


def write_shards_of(paths, folder):
    records = [CaptionRecord(image_id, path, ("grey",)) for image_id, path in enumerate(paths)]
    write_shards(plan_shards({"train": records}, folder, shards=2), folder, threads=1, progress=False)
    return PictureShards(folder)


class RecordingPictures(Pictures):
    """Pictures that keep the path of each one that is read."""

    def __init__(self, shards):
        super().__init__(shards)
        self.read = []

    def load(self, path):
        self.read.append(path)
        return super().load(path)


def test_a_picture_that_cannot_be_read_is_one_sentence(grey_picture, tmp_path):
    pictures = LivePictures([grey_picture("grey.png", 9), tmp_path / "missing.png"])
    with pytest.raises(ImageError, match=r"missing.png does not exist"):
        list(CaptionBatches([[[4]]] * 2, pictures, batch_size=1, ahead=1).epoch(0))
