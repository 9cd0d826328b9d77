from captioner.data.dangling import DANGLING_WORDS, FUNCTION_WORDS, dangling_ids
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary


def test_a_vocabulary_knows_which_of_its_words_lead_to_another():
    vocabulary = Vocabulary([*SPECIAL_TOKENS, "a", "dog", "with", "her"])
    assert dangling_ids(vocabulary.words) == (4, 6)


def test_the_words_that_captions_were_cut_off_at_are_among_them():
    assert set("a an the and or with of in on at to is are".split()) <= DANGLING_WORDS  # noqa: SIM905


def test_a_colour_leads_to_another_word_and_yet_says_something():
    assert "red" in DANGLING_WORDS - FUNCTION_WORDS
    assert FUNCTION_WORDS < DANGLING_WORDS
