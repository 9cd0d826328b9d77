import pytest

from captioner.report.statistics import collapse, diversity, share_found


def sentences(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]


def test_distinct_captions_words_and_pairs_are_counted():
    counts = diversity(sentences("a dog runs", "a dog runs", "a dog sits"))
    assert (counts.captions, counts.distinct_captions) == (3, 2)
    assert (counts.words, counts.distinct_words) == (9, 4)
    assert (counts.pairs, counts.distinct_pairs) == (6, 3)


def test_empty_captions_are_captions_without_words():
    counts = diversity([[], []])
    assert (counts.captions, counts.distinct_captions) == (2, 1)
    assert (counts.words, counts.pairs) == (0, 0)


def test_nothing_has_no_diversity():
    assert diversity([]).captions == 0


def test_a_pair_does_not_reach_over_the_end_of_a_caption():
    assert diversity(sentences("a", "dog")).pairs == 0


def test_collapse_takes_the_most_frequent_sentences_first():
    found = collapse(sentences("a", "b", "b", "b", "c", "c", "d"))
    assert (found.sentences, found.images, found.all_images) == (2, 5, 7)


def test_half_of_the_images_is_enough():
    assert collapse(sentences("a", "a", "b", "c")).sentences == 1


@pytest.mark.parametrize(("images", "warns"), [(19, False), (20, True), (200, True)])
def test_one_sentence_for_all_is_a_collapse_from_twenty_images_on(images, warns):
    assert collapse([["a", "dog"]] * images).warns is warns


@pytest.mark.parametrize(("frequent", "warns"), [(5, True), (6, False)])
def test_the_rule_is_five_sentences_in_a_hundred_images(frequent, warns):
    repeated = [[str(index % frequent)] for index in range(50)]
    assert collapse([*repeated, *([f"single {index}"] for index in range(50))]).warns is warns


def test_captions_that_all_differ_do_not_warn():
    assert not collapse([[str(index)] for index in range(1000)]).warns


def test_the_share_found_is_word_for_word():
    known = {("a", "dog"), ("a", "cat")}
    assert share_found(sentences("a dog", "a dog", "dog a", "a"), known) == 0.5
    assert share_found([], known) == 0
