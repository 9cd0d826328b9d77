"""The script that scores a results file: its table, its JSON, its comparison, and one sentence for bad input."""

import json
import re

import pytest

IMAGES = {7: ["A dog runs.", "the dog is running"], 3: ["two cats sleep", "A pair of cats"], 5: ["one red car"]}
GOOD = {7: "a dog runs", 3: "two cats sleep", 5: "one red car"}
BAD = {7: "a horse", 3: "cats", 5: "a boat on a lake"}


@pytest.fixture
def main(load_script, monkeypatch):
    monkeypatch.setenv("PATH", "")  # Without Java.
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return load_script("score").main


@pytest.fixture
def annotations(tmp_path):
    path = tmp_path / "captions.json"
    images = [{"id": image, "file_name": "not needed"} for image in IMAGES]
    captions = [{"image_id": image, "caption": text} for image, texts in IMAGES.items() for text in texts]
    path.write_text(json.dumps({"images": images, "annotations": captions}))
    return str(path)


@pytest.fixture
def results(tmp_path):
    """`results(name, captions)`: the path of a results file."""

    def write(name: str, captions: dict) -> str:
        path = tmp_path / name
        path.write_text(json.dumps([{"image_id": image, "caption": text} for image, text in captions.items()]))
        return str(path)

    return write


def test_the_table_has_scores_intervals_and_conditions(main, annotations, results, capsys):
    assert main([annotations, results("mine.json", GOOD)]) == 0
    output, errors = capsys.readouterr()
    assert output.splitlines()[0].split() == ["Bleu_1", "100.00", "(100.00", "to", "100.00)"]
    for name, value in {"annotations": "captions.json", "results": "mine.json", "images": "3"}.items():
        assert re.search(rf"^{name} +{value}$", output, re.MULTILINE)
    assert re.search(r"^results_sha256 +[0-9a-f]{16}$", output, re.MULTILINE)
    assert re.search(r"^METEOR +not computed: it needs Java", output, re.MULTILINE)
    assert errors == ""


def test_json_is_one_object_with_the_names_of_coco_caption(main, annotations, results, capsys):
    assert main([annotations, results("mine.json", GOOD), "--json"]) == 0
    output, errors = capsys.readouterr()
    scores = json.loads(output)
    assert list(scores) == ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", "CIDEr-D"]
    assert scores["Bleu_3"] == pytest.approx(1.0)
    assert [line.split()[0] for line in errors.splitlines()] == ["METEOR", "SPICE"]


def test_metrics_are_chosen_by_name_in_either_spelling(main, annotations, results, capsys):
    assert main([annotations, results("mine.json", GOOD), "--metrics", "CIDEr-D, rouge_l", "--json"]) == 0
    output, errors = capsys.readouterr()
    assert list(json.loads(output)) == ["ROUGE_L", "CIDEr-D"]
    assert errors == ""


def test_an_unknown_metric_is_a_usage_error(main, annotations, results, capsys):
    assert main([annotations, results("mine.json", GOOD), "--metrics", "bleu,blue"]) == 2
    assert "expected some of bleu,meteor,rouge_l,cider,cider_d,spice, received 'blue'" in capsys.readouterr().err


def test_a_metric_asked_for_by_name_must_be_there(main, annotations, results, capsys):
    assert main([annotations, results("mine.json", GOOD), "--metrics", "bleu,spice"]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("error: SPICE cannot be computed: it needs Java")


@pytest.mark.parametrize("swapped", [False, True])
def test_a_comparison_names_the_better_file(main, annotations, results, capsys, swapped):
    pair = [results("good.json", GOOD), results("bad.json", BAD)]
    first, second = pair[::-1] if swapped else pair
    assert main([annotations, first, "--compare", second, "--metrics", "rouge_l"]) == 0
    sentence = capsys.readouterr().out.splitlines()[-1]
    # With three images even this is no more than chance: the sign of a difference can turn in 8 ways.
    assert sentence.startswith(f"{pair[0]} is not better than {pair[1]} on ROUGE_L by more than chance, p = 0.2")


def test_a_comparison_as_json_has_difference_interval_and_p(main, annotations, results, capsys):
    good, bad = results("good.json", GOOD), results("bad.json", BAD)
    assert main([annotations, bad, "--compare", good, "--metrics", "rouge_l", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert list(scores) == ["ROUGE_L", "comparison"]
    assert set(scores["comparison"]["ROUGE_L"]) == {"difference", "interval", "p"}
    assert scores["comparison"]["ROUGE_L"]["difference"] == pytest.approx(scores["ROUGE_L"] - 1)


@pytest.mark.parametrize(
    ("captions", "sentence"),
    [
        ({7: "a dog"}, "has no caption for 2 images"),
        ({**GOOD, 9: "x"}, "captions an image (9) that the annotation file does not list"),
        ({**GOOD, 7: None}, "(image_id 7) must be text, received null"),
        ({**GOOD, 7: 3}, "(image_id 7) must be text, received 3"),
    ],
)
@pytest.mark.parametrize("place", ["results", "--compare"])
def test_bad_results_are_one_sentence_and_no_partial_report(
    main, annotations, results, capsys, captions, sentence, place
):
    bad = results("bad.json", captions)
    arguments = [bad] if place == "results" else [results("mine.json", GOOD), place, bad]
    assert main([annotations, *arguments]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert "bad.json" in errors
    assert sentence in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("caption", ["", "?!...", "dog " * 25_000, "🐕 \u202e\x00 犬"])
def test_strange_captions_are_scored(main, annotations, results, capsys, caption):
    assert main([annotations, results("mine.json", {**GOOD, 7: caption}), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert all(0 <= value < 1 for name, value in scores.items() if not name.startswith("CIDEr"))


def test_annotations_and_results_must_not_change_places(main, annotations, results, capsys):
    assert main([results("mine.json", GOOD), annotations]) == 1
    assert "mine.json is not an annotation file" in capsys.readouterr().err


def test_annotations_without_captions_are_one_sentence(main, tmp_path, results, capsys):
    path = tmp_path / "captions.json"
    path.write_text('{"images": [], "annotations": []}')
    assert main([str(path), results("mine.json", GOOD)]) == 1
    assert "has no image with a caption" in capsys.readouterr().err
