"""COCO's own layout: archives are unpacked where needed, fetched only if asked, and read as two splits."""

import functools
import http.server
import json
import threading
import zipfile

import pytest

from captioner.data.preparation.download import RemoteFile
from captioner.data.preparation.official_coco import ARCHIVES, make_available, official_coco_sources
from captioner.errors import AnnotationError
from groundwork.errors import DataError

NAMES = ("annotations_trainval2014.zip", "val2014.zip", "train2014.zip")


@pytest.fixture
def shelf(tmp_path):
    """A folder with the three archives of a very small COCO."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    with zipfile.ZipFile(folder / NAMES[0], "w") as annotations:
        annotations.writestr("annotations/instances_train2014.json", "{}")
        for image_id, split in enumerate(("train", "val"), 1):
            images = [{"id": image_id, "file_name": f"{image_id}.jpg"}]
            document = {"images": images, "annotations": [{"image_id": image_id, "caption": f"a {split} picture"}]}
            annotations.writestr(f"annotations/captions_{split}2014.json", json.dumps(document))
            with zipfile.ZipFile(folder / f"{split}2014.zip", "w") as pictures:
                pictures.writestr(f"{split}2014/{image_id}.jpg", "a picture")
    return folder


def unpack(root, *, server="http://127.0.0.1:9", fetch=False):
    said = []
    archives = [RemoteFile(f"{server}/{name}") for name in NAMES]
    make_available(root, archives, fetch=fetch, announce=said.append, progress=False)
    return said


def test_archives_that_lie_there_are_unpacked(shelf):
    unpack(shelf)
    assert sorted(path.name for path in (shelf / "annotations").iterdir()) == [
        "captions_train2014.json",
        "captions_val2014.json",
    ]
    train, val = official_coco_sources(shelf, year=2014)
    assert (train.split, train.records[0].captions) == ("train", ("a train picture",))
    assert val.records[0].path == shelf / "val2014" / "2.jpg"
    assert val.records[0].path.is_file()


def test_what_is_unpacked_needs_no_archive(shelf):
    unpack(shelf)
    for name in NAMES:
        (shelf / name).unlink()
    assert unpack(shelf) == []


def test_needs_are_announced(shelf):
    (said,) = unpack(shelf)
    assert said.startswith("Unpacking takes about ")


def test_without_download_an_absent_archive_is_one_sentence(shelf):
    (shelf / "val2014.zip").unlink()
    with pytest.raises(
        DataError, match=r"neither the folder that val2014\.zip unpacks to nor the archive; .* --download"
    ):
        unpack(shelf)
    assert not (shelf / "annotations").exists()


def test_with_download_absent_archives_are_fetched(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = functools.partial(QuietHandler, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        unpack(tmp_path / "new", server=f"http://127.0.0.1:{server.server_address[1]}", fetch=True)
        server.shutdown()
        thread.join()
    assert [source.split for source in official_coco_sources(tmp_path / "new")] == ["train", "val"]


def test_a_disk_too_small_for_the_download_is_noticed_first(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 30_000_000_000}))
    said = []
    with pytest.raises(DataError, match=r"needs 40\.8 GB of disk in .*coco, but only 30\.0 GB are free"):
        make_available(tmp_path / "coco", ARCHIVES[2014], fetch=True, announce=said.append, progress=False)
    assert said[0].startswith("Downloading takes 20.4 GB of disk")
    assert not (tmp_path / "coco").exists()


def test_missing_annotations_are_one_sentence(tmp_path):
    with pytest.raises(AnnotationError, match=r"captions_train2017\.json cannot be read: No such file"):
        official_coco_sources(tmp_path, year=2017)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
