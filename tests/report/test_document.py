import json

import pytest

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.metrics.selection import score_available
from captioner.report import Knowledge
from captioner.report.headline import headline
from captioner.report.variety import collapse_warning, variety_table
from captioner.scoring import Evaluation

REFERENCES = [["a dog runs on grass", "a brown dog"], ["two cats sleep on a bed", "cats"], ["a red car", "the car"]]


def test_a_document_is_json_with_a_row_for_each_image(build_document):
    document = json.loads(json.dumps(build_document(["a dog runs", "a cat", ""], REFERENCES)))
    assert [image["caption"] for image in document["images"]] == ["a dog runs", "a cat", ""]
    assert [image["words"] for image in document["images"]] == [3, 2, 0]
    assert document["images"][0]["references"] == REFERENCES[0]
    assert document["images"][1]["file"] == "1.png"


def test_images_have_the_scores_that_the_metrics_give_them(build_document):
    captions = ["a dog runs on grass", "a cat", "a red car"]
    images = build_document(captions, REFERENCES)["images"]
    candidates = {index: [caption] for index, caption in enumerate(captions)}
    scores, _ = score_available(dict(enumerate(REFERENCES)), candidates, ("bleu", "cider_d"))
    assert [image["cider"] for image in images] == pytest.approx(100 * scores.per_image["CIDEr-D"], abs=0.01)
    assert [image["bleu"] for image in images] == pytest.approx(100 * scores.per_image["Bleu_4"], abs=0.01)


def test_captions_of_the_same_words_are_one_sentence(build_document):
    document = build_document(["A dog.", "a cat", "a dog"], REFERENCES)
    assert [image["sentence"] for image in document["images"]] == [0, 1, 0]
    assert document["sentences"] == [{"sentence": 0, "caption": "A dog.", "images": 2}]


def test_scores_have_intervals_and_conditions(build_document):
    document = build_document(["a dog runs on grass"] * 3, REFERENCES, conditions={"results_sha256": "0123"})
    assert [score["name"] for score in document["scores"]] == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D"]
    low, high = map(float, document["scores"][0]["interval"].split(" to "))
    assert low <= float(document["scores"][0]["value"]) <= high
    assert document["conditions"] == {"results sha256": "0123", "images": "3", "reference captions": "6"}


def test_a_score_that_is_missing_says_why():
    rows = headline(Evaluation({"CIDEr": 0.5}, {}, {"CIDEr": (0.4, 0.6)}, {"SPICE": "it needs Java"}))
    assert [(row["value"], row["interval"]) for row in rows] == [("50.0", "40.0 to 60.0"), ("–", "")]
    assert rows[1]["meaning"] == "Not computed: it needs Java."


def test_lengths_of_captions_and_references_are_one_chart(build_document):
    lengths, cider, bleu = build_document(["a dog runs", "a cat", "a car"], REFERENCES)["distributions"]
    assert list(lengths["shares"]) == ["generated", "references"]
    assert lengths["shares"]["generated"][2:4] == pytest.approx([2 / 3, 1 / 3])
    assert lengths["labels"][-1] == "6 or more"
    assert list(cider["shares"]) == list(bleu["shares"]) == ["generated"]


def test_variety_stands_beside_that_of_people():
    knowledge = Knowledge(frozenset({("a", "dog")}), Vocabulary([*SPECIAL_TOKENS, "a", "dog", "cat", "owl"]))
    rows = variety_table(["A dog.", "a dog"], ["a cat sleeps", "one owl"], knowledge)
    assert {row["label"]: row["cells"] for row in rows} == {
        "Distinct captions": ["1 of 2 (50.0 %)", "2 of 2 (100.0 %)"],
        "Distinct words (1-grams)": ["2 of 4 (50.0 %)", "5 of 5 (100.0 %)"],
        "Distinct pairs of words (2-grams)": ["1 of 2 (50.0 %)", "3 of 3 (100.0 %)"],
        "Vocabulary used of vocabulary known": ["2 of 4 (50.0 %)", "3 of 4 (75.0 %)"],
        "Word for word in the training captions": ["2 of 2 (100.0 %)", "0 of 2 (0.0 %)"],
    }


def test_what_is_not_known_is_not_in_the_table():
    labels = [row["label"] for row in variety_table(["a"], ["b"], Knowledge())]
    assert labels == ["Distinct captions", "Distinct words (1-grams)", "Distinct pairs of words (2-grams)"]


def test_a_collapse_is_told_with_its_rule():
    warning = collapse_warning(["a man", "A man."] * 20)
    assert warning.startswith("The captions collapse onto few sentences: 1 sentence captions 40 of the 40 images.")
    assert "at most 5 %" in warning
    assert collapse_warning([f"man {index}" for index in range(40)]) is None
