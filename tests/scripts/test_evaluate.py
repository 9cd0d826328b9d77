import json
import re

import pytest

from captioner.predictor import Predictor


@pytest.fixture
def main(load_script, brightness_model, monkeypatch):
    monkeypatch.setenv("PATH", "")  # Without Java.
    monkeypatch.delenv("JAVA_HOME", raising=False)

    def from_preset(preset, **options):
        return Predictor(brightness_model, **options)

    monkeypatch.setattr(Predictor, "from_preset", from_preset)
    return load_script("evaluate").main


@pytest.fixture
def annotations(grey_picture, tmp_path):
    grey_picture("dark.png", 0), grey_picture("bright.png", 255)
    path = tmp_path / "captions.json"
    images = [{"id": 7, "file_name": "dark.png"}, {"id": 3, "file_name": "bright.png"}]
    captions = [{"image_id": 7, "caption": "Dark!"}, {"image_id": 3, "caption": "gloomy"}]
    path.write_text(json.dumps({"images": images, "annotations": captions}))
    return path


def test_the_plain_form_prints_a_table(main, annotations, tmp_path, capsys):
    results = tmp_path / "results.json"
    assert main(["--annotations", str(annotations), "--images", str(tmp_path), "--results", str(results)]) == 0
    output, errors = capsys.readouterr()
    assert output.splitlines()[0].split() == ["Bleu_1", "50.00", "(0.00", "to", "100.00)"]
    assert re.search(r"^METEOR +not computed: it needs Java", output, re.MULTILINE)
    assert "captions.json" in output
    assert errors == ""
    assert len(json.loads(results.read_text())) == 2


def test_json_has_the_names_of_coco_caption(main, annotations, tmp_path, capsys):
    main(["--annotations", str(annotations), "--results", str(tmp_path / "r.json"), "--json"])
    output, errors = capsys.readouterr()
    scores = json.loads(output)
    assert list(scores) == ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", "CIDEr-D"]
    assert scores["Bleu_1"] == pytest.approx(0.5)
    assert [line.split(":")[0] for line in errors.splitlines()] == ["METEOR is not computed", "SPICE is not computed"]


def test_metrics_are_chosen_by_name(main, annotations, tmp_path, capsys):
    options = ["--annotations", str(annotations), "--results", str(tmp_path / "r.json"), "--metrics", "cider,rouge_l"]
    assert main([*options, "--json"]) == 0
    output, errors = capsys.readouterr()
    assert list(json.loads(output)) == ["ROUGE_L", "CIDEr"]
    assert errors == ""


def test_a_metric_that_cannot_be_computed_is_refused_before_any_picture_is_captioned(
    main, annotations, tmp_path, capsys
):
    results = tmp_path / "r.json"
    assert main(["--annotations", str(annotations), "--results", str(results), "--metrics", "bleu,meteor"]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("error: METEOR cannot be computed: it needs Java")
    assert not results.exists()


def test_the_report_keeps_scores_and_conditions(main, annotations, tmp_path):
    report = tmp_path / "report.json"
    main(["--annotations", str(annotations), "--results", str(tmp_path / "r.json"), "--report", str(report)])
    assert set(json.loads(report.read_text())) == {"scores", "conditions", "intervals", "not_computed"}


def test_a_damaged_picture_gives_status_one(main, annotations, tmp_path, capsys):
    (tmp_path / "bright.png").write_bytes(b"")
    options = ["--annotations", str(annotations), "--results", str(tmp_path / "r.json"), "--metrics", "bleu", "--json"]
    assert main(options) == 1
    output, errors = capsys.readouterr()
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert json.loads(output)["Bleu_1"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "not valid JSON"),
        ('{"images": []}', "annotations"),
        ('{"images": [{"id": 1, "file_name": "no.jpg"}], "annotations": []}', "no.jpg"),
        ('{"images": [], "annotations": []}', "no image with a caption"),
    ],
)
def test_bad_annotations_are_one_sentence(main, tmp_path, capsys, content, sentence):
    path = tmp_path / "captions.json"
    path.write_text(content)
    assert main(["--annotations", str(path)]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert sentence in errors
    assert errors.count("\n") == 1


def test_bad_usage_is_status_two(main, capsys):
    assert main(["--beam-size", "0"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
