import json

import pytest

from captioner.bundle import save_bundle
from captioner.data.coco import CaptionRecord
from captioner.evaluation import caption_records, describe_conditions, evaluate
from captioner.models.ensemble import Ensemble
from captioner.predictor import Predictor
from captioner.scoring import evaluate_results
from groundwork.errors import DataError


@pytest.fixture(autouse=True)
def no_java(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.fixture
def records(grey_picture):
    dark, bright = grey_picture("dark.png", 0), grey_picture("bright.png", 255)
    return [CaptionRecord(7, dark, ("dark", "a dark picture")), CaptionRecord(3, bright, ("gloomy",))]


def run(model, records, folder, on_error=pytest.fail, **options):
    captions = caption_records(Predictor(model), records, on_error=on_error)
    return evaluate(captions, records, folder / "results.json", conditions={}, **options)


def test_results_are_in_the_official_format(brightness_model, records, tmp_path):
    run(brightness_model, records, tmp_path)
    results = json.loads((tmp_path / "results.json").read_text())
    assert results == [{"image_id": 7, "caption": "dark"}, {"image_id": 3, "caption": "bright"}]


def test_scores_are_those_of_the_file(brightness_model, records, tmp_path):
    evaluation = run(brightness_model, records, tmp_path)
    assert evaluation.scores["Bleu_1"] == pytest.approx(0.5)
    assert evaluation.conditions == {"images": 2, "reference_captions": 3}
    again = evaluate_results(records, tmp_path / "results.json", conditions={})
    assert again == evaluation


def test_a_bad_picture_is_reported_and_the_rest_is_scored(brightness_model, records, tmp_path):
    records[1].path.write_bytes(b"not a picture")
    errors = []
    evaluation = run(brightness_model, records, tmp_path, errors.append)
    assert [str(error).count("bright.png") for error in errors] == [1]
    assert evaluation.conditions["images"] == 1
    assert evaluation.scores["Bleu_1"] == pytest.approx(1.0)


def test_without_any_picture_there_is_no_score(brightness_model, records, tmp_path):
    for record in records:
        record.path.write_bytes(b"")
    with pytest.raises(DataError, match="None of the pictures"):
        run(brightness_model, records, tmp_path, lambda error: None)
    assert not (tmp_path / "results.json").exists()


def test_conditions_name_what_a_score_depends_on(brightness_model, tmp_path):
    (tmp_path / "captions.json").write_text("{}")
    predictor = Predictor(brightness_model, beam_size=4)
    conditions = describe_conditions(predictor, model="mine", annotations=tmp_path / "captions.json")
    assert conditions["annotations_sha256"] == "44136fa355b3678a"
    assert "beam 4" in conditions["decoding"]
    assert "tensorflow 2." in conditions["software"]


def test_conditions_tell_how_a_bundle_was_trained(tiny_model, tmp_path):
    (tmp_path / "captions.json").write_text("{}")
    save_bundle(tiny_model, tmp_path / "bundle", metrics={"training": {"stage": "decoder", "seed": 3}})
    model = str(tmp_path / "bundle")
    conditions = describe_conditions(Predictor(tiny_model), model=model, annotations=tmp_path / "captions.json")
    assert conditions["training"] == "stage decoder, seed 3"
    assert conditions["encoder"] == "VGGEncoder, 8 pixels"


def test_conditions_name_all_models_of_an_ensemble(tiny_model, tmp_path):
    (tmp_path / "captions.json").write_text("{}")
    save_bundle(tiny_model, tmp_path / "bundle", metrics={"training": {"seed": 3}})
    together, models = Predictor(Ensemble([tiny_model, tiny_model])), [str(tmp_path / "bundle")] * 2
    conditions = describe_conditions(together, model=models, annotations=tmp_path / "captions.json")
    assert (conditions["model"], conditions["training"]) == (" + ".join(models), "seed 3; seed 3")


def test_metrics_can_be_chosen(brightness_model, records, tmp_path):
    evaluation = run(brightness_model, records, tmp_path, metrics=["cider"])
    assert list(evaluation.scores) == ["CIDEr"]
    assert evaluation.not_computed == {}
