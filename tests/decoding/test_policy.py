import numpy as np
from keras import ops

from captioner.decoding import CaptionRules, sample
from captioner.decoding.policy import policy_logits

PAD, START, END, UNKNOWN, A, B = range(6)


def test_the_policy_is_what_captions_are_drawn_from(decode, random_tables):
    tables = random_tables((6, 6), seed=1)
    drawn = decode(
        sample, tables[None], seed=2, num_results=8000, temperature=1.5, min_length=2, max_length=3
    ).token_ids[0]
    after_a = drawn[drawn[:, 0] == A, 1]
    logits = np.log(tables[[START, A]])
    positions = np.array([0, 1])
    rules = CaptionRules(START, END, PAD, forbidden_ids=(UNKNOWN,), min_length=2, max_length=3)
    stated = ops.softmax(policy_logits(logits, rules, positions=positions, temperature=1.5))
    found = [np.bincount(tokens, minlength=6) / len(tokens) for tokens in (drawn[:, 0], after_a)]
    np.testing.assert_allclose(stated, found, atol=0.03)
    np.testing.assert_array_equal(np.asarray(stated)[:, [PAD, START, UNKNOWN]], 0)
