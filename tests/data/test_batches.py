import numpy as np

from captioner.data.batches import CaptionBatches, teacher_forcing


def make_batches(captions, **kwargs):
    options = {"batch_size": 2, "seed": 3} | kwargs
    return CaptionBatches(captions, lambda indices, epoch: indices.astype(np.float16)[:, None], **options)


def test_the_training_contract():
    token_ids, targets, sample_weight = teacher_forcing([[[5, 6], [7]]], max_caption_length=9)
    assert token_ids.tolist() == [[[1, 5, 6], [1, 7, 0]]]
    assert targets.tolist() == [[[5, 6, 2], [7, 2, 0]]]
    assert sample_weight.tolist() == [[[1, 1, 1], [1, 1, 0]]]


def test_an_image_with_fewer_captions_has_rows_without_weight():
    token_ids, _, sample_weight = teacher_forcing([[[5], [6]], [[7]]], max_caption_length=9)
    assert token_ids[1].tolist() == [[1, 7], [0, 0]]
    assert sample_weight[1].tolist() == [[1, 1], [0, 0]]


def test_a_caption_that_is_cut_does_not_learn_to_end_there():
    token_ids, targets, _ = teacher_forcing([[[4, 5, 6, 7]]], max_caption_length=2)
    assert token_ids.tolist() == [[[1, 4, 5]]]
    assert targets.tolist() == [[[4, 5, 6]]]


def test_every_image_stands_once_in_an_epoch():
    batches = make_batches([[[4 + n]] for n in range(5)])
    seen = [int(index) for inputs, *_ in batches.epoch(0) for index in inputs["images"][:, 0]]
    assert sorted(seen) == [0, 1, 2, 3, 4]
    assert len(batches) == 3


def test_captions_stay_beside_their_image():
    batches = make_batches([[[4 + n], [14 + n]] for n in range(5)])
    for inputs, targets, _ in batches.epoch(0):
        first_words = inputs["images"][:, 0].astype(int) + 4
        assert targets[:, 0, 0].tolist() == first_words.tolist()
        assert targets[:, 1, 0].tolist() == (first_words + 10).tolist()


def test_the_order_depends_on_seed_and_epoch_only():
    def order(seed, epoch):
        batches = make_batches([[[4]]] * 40, seed=seed)
        return [int(index) for inputs, *_ in batches.epoch(epoch) for index in inputs["images"][:, 0]]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_long_captions_keep_company():
    captions = [[[4] * length] for length in [2, 9] * 6]
    batches = make_batches(captions, batch_size=6)
    assert sorted(inputs["token_ids"].shape[2] for inputs, *_ in batches.epoch(0)) == [3, 10]


def test_of_many_captions_a_choice_is_drawn_each_epoch():
    batches = make_batches([[[4 + n] for n in range(8)]], captions_per_image=3, batch_size=1)
    drawn = [sorted(targets[0, :, 0].tolist()) for epoch in range(4) for _, targets, _ in batches.epoch(epoch)]
    assert all(len(set(choice)) == 3 for choice in drawn)
    assert len({tuple(choice) for choice in drawn}) > 1
