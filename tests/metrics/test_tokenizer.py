"""The tokenizer against what the official Java tool made of the sentences in goldens/tokenizer.jsonl."""

import json
import random
from pathlib import Path

import pytest

from captioner.metrics.tokenizer import apply_rules, tokenize

GOLDENS = [
    json.loads(line)
    for line in (Path(__file__).parent / "goldens" / "tokenizer.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("kind", dict.fromkeys(golden["kind"] for golden in GOLDENS))
def test_words_are_those_of_the_official_tokenizer(kind):
    goldens = [golden for golden in GOLDENS if golden["kind"] == kind]
    assert [tokenize(golden["text"]) for golden in goldens] == [golden["tokens"] for golden in goldens]


def test_what_is_remembered_of_chunks_equals_what_the_rules_say_of_whole_texts():
    generator = random.Random(0)
    chunks = [chunk for golden in GOLDENS for chunk in golden["text"].replace("\n", " ").split(" ")]
    for _ in range(200):
        text = " ".join(generator.choices(chunks, k=8))
        assert tokenize(text) == apply_rules(text), text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\v", "\f", "\u2028", "\u2029"])
def test_a_line_end_counts_as_a_space(line_end):
    assert tokenize(f"A dog{line_end}runs.{line_end}") == ["a", "dog", "runs"]


def test_a_word_with_a_space_inside_has_a_space_that_does_not_end_it():
    assert tokenize("2 1/2 dogs") == ["2\u00a01/2", "dogs"]


def test_brackets_stay_as_in_coco_caption():
    assert tokenize("(a)") == ["-lrb-", "a", "-rrb-"]


@pytest.mark.parametrize("character", ["\U0001f436", "\ud83d", "\u0528", "\u1c89", "\ue000", "\x00", "\U0001d4b3"])
def test_a_character_that_unicode_6_2_does_not_know_is_dropped_whatever_python_knows(character):
    assert tokenize(f"dog{character}s") == ["dog", "s"]


def test_the_end_of_a_caption_is_the_end_of_a_sentence():
    assert tokenize("apples etc.") == ["apples", "etc."]
    assert tokenize("the no.") == ["the", "no"]
    assert tokenize("vitamin c.") == ["vitamin", "c."]


def test_a_caption_of_100_000_characters_is_a_caption():
    assert tokenize("A dog runs , " * 7_693) == ["a", "dog", "runs"] * 7_693


@pytest.mark.parametrize("part", ["a,", "a.b-", "<!a", "a@ ", "'", "🐶", "http://a"])
def test_a_long_caption_of_nonsense_comes_to_an_end(part):
    words = tokenize(part * 2_000)
    assert all(word == word.lower() for word in words)
