import base64
import io
import json
import re

import pytest
from PIL import Image


@pytest.fixture
def main(load_script):
    return load_script("report").main


@pytest.fixture
def files(grey_picture, tmp_path):
    """Annotations and results of two pictures, and the arguments that report on them."""
    grey_picture("dark.png", 0), grey_picture("bright.png", 255)
    images = [{"id": 7, "file_name": "dark.png"}, {"id": 3, "file_name": "bright.png"}]
    captions = [{"image_id": 7, "caption": "A dark picture."}, {"image_id": 3, "caption": "light"}]
    annotations, results = tmp_path / "captions.json", tmp_path / "results.json"
    annotations.write_text(json.dumps({"images": images, "annotations": captions}))
    results.write_text(
        json.dumps([{"image_id": 3, "caption": "a bright picture"}, {"image_id": 7, "caption": "a dark picture"}])
    )
    return [str(annotations), str(results), "--output", str(tmp_path / "report.html"), "--metrics", "bleu,cider_d"]


def embedded(tmp_path, name: str):
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    return json.loads(re.search(rf'id="{name}">(.*?)</script>', text)[1])


def test_the_plain_form_writes_a_page_and_prints_nothing(main, files, tmp_path, capsys):
    assert main(files) == 0
    assert capsys.readouterr() == ("", "")
    document = embedded(tmp_path, "document")
    assert document["title"] == "Captions of results.json"
    assert [image["caption"] for image in document["images"]] == ["a dark picture", "a bright picture"]
    assert document["scores"][0]["name"] == "BLEU-1"


def test_thumbnails_stand_in_the_order_of_the_images(main, files, tmp_path):
    main(files)
    pictures = [Image.open(io.BytesIO(base64.b64decode(text))) for text in embedded(tmp_path, "thumbnails")]
    assert [picture.getpixel((0, 0))[0] > 127 for picture in pictures] == [False, True]


def test_conditions_name_each_file_and_its_hash(main, files, tmp_path):
    main([*files, "--train", files[0]])
    conditions = embedded(tmp_path, "document")["conditions"]
    assert (conditions["annotations"], conditions["results"]) == ("captions.json", "results.json")
    assert conditions["train sha256"] == conditions["annotations sha256"] != conditions["results sha256"]
    assert conditions["images"] == "2"


def test_training_captions_and_vocabulary_add_their_lines(main, files, tmp_path):
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("<pad>\n<start>\n<end>\n<unk>\na\ndark\nowl\npicture\n")
    main([*files, "--train", files[0], "--vocabulary", str(vocabulary)])
    generated = {row["label"]: row["cells"][0] for row in embedded(tmp_path, "document")["variety"]}
    assert generated["Word for word in the training captions"] == "1 of 2 (50.0 %)"
    assert generated["Vocabulary used of vocabulary known"] == "3 of 4 (75.0 %)"


def test_pictures_that_cannot_be_read_are_one_sentence_and_a_page(main, files, tmp_path, capsys):
    (tmp_path / "dark.png").unlink()
    (tmp_path / "bright.png").write_bytes(b"no picture")
    assert main(files) == 0
    errors = capsys.readouterr().err
    assert errors.startswith("warning: 2 of the 2 pictures cannot be shown; the first: ")
    assert errors.endswith("dark.png does not exist.\n")
    assert embedded(tmp_path, "thumbnails") == [None, None]
    assert embedded(tmp_path, "document")["notes"][0].startswith("2 of the 2 pictures")


def test_the_metrics_of_the_gallery_are_always_there(main, files, tmp_path):
    main([*files[:4], "--metrics", "rouge_l"])
    names = [score["name"] for score in embedded(tmp_path, "document")["scores"]]
    assert names == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]


def test_images_without_captions_are_left_out(main, files, tmp_path):
    annotations = json.loads((tmp_path / "captions.json").read_text())
    annotations["images"].append({"id": 9, "file_name": "mute.png"})
    (tmp_path / "captions.json").write_text(json.dumps(annotations))
    assert main(files) == 0
    assert len(embedded(tmp_path, "document")["images"]) == 2


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ("[", "not valid JSON"),
        ('[{"image_id": 7, "caption": "a"}]', "no caption for an image (3)"),
        ('[{"image_id": 1, "caption": "a"}]', "that the annotation file does not list"),
    ],
)
def test_bad_results_are_one_sentence_and_no_page(main, files, tmp_path, capsys, results, sentence):
    (tmp_path / "results.json").write_text(results)
    assert main(files) == 1
    errors = capsys.readouterr().err
    assert sentence in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "report.html").exists()


def test_annotations_without_captions_are_refused(main, files, tmp_path, capsys):
    (tmp_path / "captions.json").write_text('{"images": [], "annotations": []}')
    assert main(files) == 1
    assert "no image with a caption" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_one_sentence(main, files, tmp_path, capsys):
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "report.html"
    assert main([*files, "--output", str(target)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {target} cannot be written: ")


@pytest.mark.parametrize("option", ["--images", "--output", "--metrics"])
def test_bad_usage_is_status_two_before_any_work(main, files, tmp_path, capsys, option):
    value = {"--images": str(tmp_path / "nowhere"), "--output": str(tmp_path), "--metrics": "beauty"}[option]
    assert main([*files, option, value]) == 2
    assert capsys.readouterr().err.startswith("error: ")
