"""Pictures as a training's images: the batch contract, and reading that runs ahead of whoever trains."""

import threading

import numpy as np
import pytest

from captioner.data.batches import CaptionBatches
from captioner.data.live_pictures import LivePictures
from captioner.data.prepared_data import PreparedData
from captioner.errors import ImageError


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


def test_a_picture_that_cannot_be_read_is_one_sentence(grey_picture, tmp_path):
    pictures = LivePictures([grey_picture("grey.png", 9), tmp_path / "missing.png"])
    with pytest.raises(ImageError, match=r"missing.png does not exist"):
        list(CaptionBatches([[[4]]] * 2, pictures, batch_size=1, ahead=1).epoch(0))
