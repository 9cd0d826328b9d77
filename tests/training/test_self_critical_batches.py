import numpy as np

from captioner.data.vocabulary import END_ID, PAD_ID
from captioner.training.self_critical_batches import SelfCriticalBatches

CAPTIONS = [[[4, 5], [6]], [[7, 7, 7]], [[8], [9, 9]]]


def make_batches():
    images = np.arange(3, dtype=np.float32)[:, None] * 10
    return SelfCriticalBatches(CAPTIONS, lambda indices, epoch: images[indices], batch_size=2, seed=1)


def test_images_are_named_beside_their_pictures_and_captions():
    seen = []
    for inputs, targets, weights in make_batches().epoch(0):
        numbers = inputs["image_numbers"]
        np.testing.assert_array_equal(inputs["images"][:, 0], 10 * numbers)
        found = [[[int(word) for word in row if word not in (END_ID, PAD_ID)] for row in rows] for rows in targets]
        assert [[row for row in rows if row] for rows in found] == [CAPTIONS[number] for number in numbers]
        np.testing.assert_array_equal(weights, np.ones(len(numbers), np.float32))
        seen += numbers.tolist()
    assert sorted(seen) == [0, 1, 2]


def test_shapes_are_those_of_the_batches():
    batches = make_batches()
    inputs, targets, weights = next(batches.epoch(0))
    shapes = batches.shapes
    assert {name: array.ndim for name, array in inputs.items()} == {name: len(s) for name, s in shapes[0].items()}
    assert (targets.ndim, weights.ndim) == (len(shapes[1]), len(shapes[2]))
    assert inputs["image_numbers"].dtype == np.int32
