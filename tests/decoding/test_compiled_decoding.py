import keras
import numpy as np
import pytest

from captioner.decoding import beam_search, diverse_search, greedy_search, sample

HYGIENE = {"no_repeat_ngram": 2, "dangling_ids": (5,)}
SEARCHES = [
    (beam_search, {"beam_size": 3}),
    (greedy_search, {}),
    (diverse_search, {"num_results": 3, **HYGIENE}),
    (sample, {"seed": 3}),
    (sample, {"seed": 3, "top_k": 4, "top_p": 0.9}),
    (sample, {"seed": 3, "num_results": 3, "halvings": 2}),
    (beam_search, {"beam_size": 3, **HYGIENE}),
    (sample, {"seed": 3, "num_results": 3, "halvings": 2, **HYGIENE}),
]


@pytest.mark.parametrize(("search", "options"), SEARCHES)
def test_compiled_and_eager_results_are_equal(decode, searcher, random_tables, search, options):
    tables = random_tables((4, 8, 8), seed=1).astype("float32")
    compiled = searcher(search, max_length=6, **options).predict_on_batch(tables)
    eager = decode(search, tables, max_length=6, **options)
    np.testing.assert_array_equal(compiled.token_ids, eager.token_ids)
    np.testing.assert_allclose(compiled.log_probs, eager.log_probs, rtol=1e-5)
    np.testing.assert_allclose(compiled.scores, eager.scores, rtol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="other backends compile for each batch size")
@pytest.mark.parametrize(("search", "options"), SEARCHES)
def test_one_compiled_function_takes_any_batch_size(decode, searcher, random_tables, search, options):
    import tensorflow as tf

    tables = random_tables((3, 8, 8), seed=2).astype("float32")
    compiled = tf.function(
        searcher(search, max_length=5, **options).call, input_signature=[tf.TensorSpec((None, 8, 8), "float32")]
    )
    for batch in (1, 3, 0):
        expected = decode(search, tables[:batch], max_length=5, **options)
        np.testing.assert_array_equal(compiled(tables[:batch]).token_ids, expected.token_ids)


def test_a_compiled_seed_generator_goes_on(searcher, random_tables):
    tables = random_tables((10, 9, 9), seed=3).astype("float32")
    model = searcher(sample, seed=keras.random.SeedGenerator(1))
    first, second = (model.predict_on_batch(tables).token_ids.tolist() for _ in range(2))
    assert first != second
