"""A prepared directory: what it holds, that it can be made again, and that it replaces nothing else."""

import json

import pytest

from captioner.data.coco import CaptionRecord, read_records
from captioner.data.preparation import prepared_directory
from captioner.data.preparation.prepared_directory import prepare
from captioner.data.prepared_data import PreparedData
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.errors import AnnotationError
from groundwork.errors import DataError, UsageError


@pytest.fixture
def sources(record, source):
    return [
        source("train", record(1, "images/a.png", "A dog runs.", "the dog"), record(2, "images/b.png", "a cat")),
        source("val", record(3, "images/c.png", "a purple dog")),
    ]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "deep" / "prepared"


def run(sources, out, **options):
    return prepare(sources, out, **{"min_count": 1, "workers": 2, "progress": False, **options})


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def report_of(out):
    return json.loads((out / "report.json").read_text())


def test_splits_are_read_back_with_their_pictures(sources, out):
    run(sources, out)
    train = read_records(out / "train.json")
    assert [(record.image_id, record.captions) for record in train] == [
        (1, ("A dog runs.", "the dog")),
        (2, ("a cat",)),
    ]
    assert train[0].path.samefile(sources[0].records[0].path)
    assert [record.image_id for record in read_records(out / "val.json")] == [3]
    assert not (out / "test.json").exists()


def test_the_vocabulary_knows_training_words_only(sources, out):
    run(sources, out)
    assert Vocabulary.load(out / "vocabulary.txt").words == (*SPECIAL_TOKENS, "a", "dog", "cat", "runs", "the")


def test_rare_words_and_words_beyond_the_limit_are_left_out(sources, out):
    run(sources, out, min_count=2, max_words=1)
    assert Vocabulary.load(out / "vocabulary.txt").words == (*SPECIAL_TOKENS, "a")


def test_the_report_counts_lengths_and_coverage(sources, out):
    run(sources, out, min_count=2)
    report = report_of(out)
    assert report["complete"] is True
    assert report["splits"]["train"]["caption_length"] == {"min": 2, "mean": 2.33, "p95": 3, "max": 3}
    assert report["splits"]["train"]["coverage"] == round(4 / 7, 5)
    assert report["splits"]["val"]["coverage"] == round(2 / 3, 5)
    assert report["vocabulary"] == {"words_kept": 2, "distinct_train_words": 5}


def test_pictures_that_cannot_be_used_are_left_out_and_listed(sources, out):
    (bad, gone) = (sources[0].records[1].path, sources[1].records[0].path.with_name("gone.png"))
    bad.write_text("not a picture")
    sources.append(prepared_directory.Source("val", "more.json", [CaptionRecord(9, gone, ("x",))]))
    summary = run(sources, out)
    splits = report_of(out)["splits"]
    assert list(splits["train"]["corrupt"]) == [bad.as_posix()]
    assert splits["val"]["missing"] == [gone.as_posix()]
    assert [record.image_id for record in read_records(out / "train.json")] == [1]
    assert f"Left out of val:\n  {gone}: no such file" in summary
    assert str(bad) in summary


def test_without_verification_only_existence_is_checked(sources, out):
    sources[0].records[1].path.write_text("not a picture")
    run(sources, out, verify=False)
    assert len(read_records(out / "train.json")) == 2
    assert not (out / "verified_pictures.json").exists()


def test_a_second_run_writes_the_same_files(sources, out):
    run(sources, out)
    first = contents(out)
    run(sources, out)
    assert contents(out) == first


def test_a_run_over_other_sources_leaves_no_split_behind(sources, out, record, source):
    run([*sources, source("test", record(5, "images/t.png"))], out)
    assert (out / "test.json").exists()
    run(sources, out)
    assert not (out / "test.json").exists()


def test_an_interrupted_run_is_marked_and_goes_on(sources, out, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Vocabulary, "save", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(sources, out)
    assert report_of(out) == {"complete": False}
    run(sources, out)
    assert report_of(out)["complete"] is True


def test_needs_are_announced_first(sources, out):
    def announce(text):
        assert not out.exists()
        said.append(text)

    said = []
    run(sources, out, announce=announce)
    assert "Preparing 3 images with 4 captions" in said[0]
    assert "50,176 bytes an image, 151 kB of disk" in said[0]


def test_a_full_disk_is_noticed_before_anything_is_written(sources, out, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(DataError, match=r"Preparing needs 1\.4 kB of disk .* only 10 bytes are free"):
        run(sources, out)
    assert not out.exists()


def test_shards_are_written_where_training_finds_them(sources, out):
    assert run(sources, out, shards=2).endswith(f"stand in 3 shards in {out / 'shards'}.")
    assert sorted(path.name for path in (out / "shards").glob("*-of-*[0-9]")) == [
        "train-00000-of-00002",
        "train-00001-of-00002",
        "val-00000-of-00001",
    ]
    assert PreparedData.load(out).pictures.sharded == 3


def test_shards_are_made_again_without_new_files(sources, out):
    run(sources, out, shards=2)
    times = {path.name: path.stat().st_mtime_ns for path in (out / "shards").iterdir()}
    run(sources, out, shards=2)
    assert {path.name: path.stat().st_mtime_ns for path in (out / "shards").iterdir()} == times


def test_shards_for_which_there_is_no_room_are_refused(sources, out, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 300_000}))
    run(sources, out)
    said = []
    with pytest.raises(DataError, match=r"Preparing needs 455 kB of disk in .*, but only 300 kB are free"):
        run(sources, out, shards=2, announce=said.append)
    assert "150,528 bytes for each of 3 images and a little for its captions, 454 kB of disk" in said[0]
    assert not (out / "shards").exists()


def test_a_folder_with_other_files_is_not_touched(sources, out):
    out.mkdir(parents=True)
    (out / "train.json").write_text("precious")
    with pytest.raises(UsageError, match="files that no preparation wrote"):
        run(sources, out)
    assert contents(out) == {"train.json": b"precious"}


def test_a_file_as_output_is_refused(sources, out):
    out.parent.mkdir()
    out.touch()
    with pytest.raises(UsageError, match="is a file; a folder is expected"):
        run(sources, out)


def test_a_split_whose_pictures_are_all_missing_names_the_folder(sources, out):
    folder = sources[1].records[0].path.parent
    sources[1].records[0].path.unlink()
    with pytest.raises(AnnotationError, match=f"split val is left: 1 of 1 are missing, .* expected in {folder}"):
        run(sources, out)


def test_a_split_without_captions_is_refused(sources, out, record, source):
    with pytest.raises(AnnotationError, match="split val has no image that can be read and has a caption"):
        run([sources[0], source("val", record(7, "images/v.png", ""))], out)


def test_training_annotations_are_required(sources, out):
    with pytest.raises(UsageError, match="No image is annotated for training"):
        run(sources[1:], out)


def test_an_empty_vocabulary_is_refused(sources, out):
    with pytest.raises(UsageError, match="No word occurs 50 times"):
        run(sources, out, min_count=50)


def test_the_summary_tells_of_new_ids_and_joined_pictures(sources, out, record, source):
    sources.append(source("train", record(1, "images/x.png"), name="second.json"))
    sources.append(source("train", record(77, "images/a.png"), name="third.json"))
    summary = run(sources, out)
    assert "Images of second.json whose ids another source already has received the ids 78 to 78." in summary
    assert "Of third.json, 1 images were already in train; their captions were joined." in summary
