import numpy as np

from language_models.sentiment_batches import SentimentBatches, by_length, pad, rounded


def make_sequences(*lengths):
    return [np.full(length, length, np.int32) for length in lengths]


def test_padding_stands_behind():
    np.testing.assert_array_equal(pad(make_sequences(1, 3)), [[1, 0, 0, 0], [3, 3, 3, 0]])


def test_few_lengths_are_met_and_little_is_padded():
    lengths = range(1, 401)
    assert len({rounded(length) for length in lengths}) <= 24
    assert all(length <= rounded(length) <= max(length + 3, 1.25 * length) for length in lengths)


def test_an_epoch_has_every_text_once_with_its_label():
    sequences = make_sequences(*range(1, 8))
    batches = SentimentBatches(sequences, [length % 3 for length in range(1, 8)], batch_size=3)
    rows = [(int(ids.max()), int(label)) for batch in batches.epoch(0) for ids, label in zip(*batch, strict=True)]
    assert sorted(rows) == [(length, length % 3) for length in range(1, 8)]
    assert len(batches) == len(list(batches.epoch(0))) == 3


def test_the_order_follows_seed_and_epoch():
    def order(seed, epoch):
        batches = SentimentBatches(make_sequences(*range(1, 30)), [0] * 29, batch_size=2, seed=seed)
        return [ids.tolist() for ids, _ in batches.epoch(epoch)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_similar_lengths_come_together():
    lengths = np.random.default_rng(0).permutation(np.repeat(np.arange(4, 36, 4), 8))
    batches = SentimentBatches(make_sequences(*lengths), np.zeros(64), batch_size=8)
    assert sum(ids.size for ids, _ in batches.epoch(0)) == lengths.sum()


def test_prediction_goes_from_short_to_long():
    found = [(places.tolist(), ids.shape) for places, ids in by_length(make_sequences(8, 1, 4), batch_size=2)]
    assert found == [([1, 2], (2, 4)), ([0], (1, 8))]
