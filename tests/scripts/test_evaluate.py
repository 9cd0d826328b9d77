import json
import re
import sys

import pytest

from captioner.models.caption_model import CaptionModel
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


@pytest.fixture
def many_pictures(grey_picture, tmp_path):
    """Thirty grey pictures from dark to bright; people call most of them, not all, what they are."""
    images, captions = [], []
    for number in range(30):
        grey_picture(f"{number}.png", 8 * number)
        word = "dark" if number < 15 else "bright"
        images.append({"id": number, "file_name": f"{number}.png"})
        captions.append({"image_id": number, "caption": "grey" if number % 5 == 3 else f"a {word} picture"})
    path = tmp_path / "captions.json"
    path.write_text(json.dumps({"images": images, "annotations": captions}))
    return path


def test_what_a_calibration_states_is_kept_in_the_model(load_script, tiny_model, many_pictures, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    tiny_model.save_to_preset(tmp_path / "model")
    arguments = ["--model", str(tmp_path / "model"), "--annotations", str(many_pictures), "--metrics", "bleu", "--json"]
    arguments += ["--results", str(tmp_path / "results.json")]
    main = load_script("evaluate").main
    assert main([*arguments, "--calibrate", "--reliability", str(tmp_path / "plot.png")]) == 0
    fitted = json.loads(capsys.readouterr().out)["reliability"]
    assert sum(fitted["calibrated"]["counts"]) == 30
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    calibration = CaptionModel.from_preset(tmp_path / "model").calibration
    assert calibration.criterion == fitted["criterion"]
    assert main([*arguments, "--reliability", str(tmp_path / "again.png")]) == 0
    assert json.loads(capsys.readouterr().out)["reliability"]["basis"] == "calibrated before"


def test_several_models_are_not_calibrated(main, annotations, capsys):
    assert main(["--annotations", str(annotations), "--model", "a", "--model", "b", "--calibrate"]) == 2
    assert capsys.readouterr().err.startswith("error: --calibrate keeps what it fits in one model")


def test_without_matplotlib_no_picture_is_captioned(main, annotations, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["--annotations", str(annotations), "--reliability", "plot.png"]) == 1
    assert capsys.readouterr().err == "error: The plot needs matplotlib: pip install matplotlib.\n"
