import numpy as np
from keras import ops

from captioner.decoding.candidates import best_continuations, best_finished
from captioner.decoding.decoded import Decoded

END = 0


def choose(live, following):
    return [
        ops.convert_to_numpy(x).tolist()
        for x in best_continuations(np.float32(live), np.float32(following), end_id=END)
    ]


def test_continuations_come_from_the_likeliest_pairs_of_caption_and_word():
    log_probs, parents, words = choose([[-1, -2]], [[-9, -5, -4], [-9, -1, -8]])
    assert (log_probs, parents, words) == ([[-3, -5]], [[1, 0]], [[1, 2]])


def test_the_end_token_is_no_continuation():
    _, parents, words = choose([[-1, -1]], [[0, -6, -5], [0, -8, -7]])
    assert (parents, words) == ([[0, 0]], [[2, 1]])


def test_images_choose_among_their_own_captions():
    _, parents, words = choose([[-1, -2], [-1, -2]], [[-9, -1, -9], [-9, -9, -9], [-9, -9, -9], [-9, -9, -1]])
    assert [parents[0][0], words[0][0]] == [0, 1]
    assert [parents[1][0], words[1][0]] == [1, 2]


def test_a_vocabulary_smaller_than_the_beam_leaves_places_empty():
    log_probs, _, _ = choose([[-1, -np.inf, -np.inf]], [[-1, -2], [-1, -2], [-1, -2]])
    assert log_probs == [[-3, -np.inf, -np.inf]]


def decoded(*captions):
    """One image; the caption's number is its token, log-probability twice its score."""
    scores = np.float32([[score for _, score in captions]])
    return Decoded(np.int32([[[number, END] for number, _ in captions]]), scores * 2, scores)


def test_the_best_scores_of_both_sides_stay_finished():
    best = best_finished(decoded((1, -1), (2, -3)), decoded((3, -2), (4, -4)))
    assert ops.convert_to_numpy(best.token_ids)[0, :, 0].tolist() == [1, 3]
    assert ops.convert_to_numpy(best.log_probs).tolist() == [[-2, -4]]
    assert ops.convert_to_numpy(best.scores).tolist() == [[-1, -2]]


def test_a_tie_leaves_the_finished_caption_in_place():
    best = best_finished(decoded((1, -1), (2, -3)), decoded((3, -3)))
    assert ops.convert_to_numpy(best.token_ids)[0, :, 0].tolist() == [1, 2]
