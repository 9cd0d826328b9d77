"""Unpacking: complete or not at all, again after an interruption, never outside its folder."""

import zipfile

import pytest

from captioner.data.preparation import archives
from captioner.data.preparation.archives import extract_files, extract_folder
from groundwork.errors import DataError


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "val2014.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in ("val2014/a.jpg", "val2014/b.jpg", "val2014/c.jpg", "other/d.jpg"):
            opened.writestr(name, f"content of {name}")
    return path


def test_a_folder_is_unpacked_whole(archive, tmp_path):
    extract_folder(archive, "val2014", tmp_path, progress=False)
    assert sorted(path.name for path in (tmp_path / "val2014").iterdir()) == ["a.jpg", "b.jpg", "c.jpg"]
    assert (tmp_path / "val2014" / "b.jpg").read_text() == "content of val2014/b.jpg"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["val2014", "val2014.zip"]


def test_an_interrupted_unpacking_goes_on(archive, tmp_path, monkeypatch):
    unpacked = []
    original = archives.shutil.copyfileobj

    def copy(source, target, *rest):
        if len(unpacked) == 2:
            raise KeyboardInterrupt
        unpacked.append(target.name)
        original(source, target, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(archives.shutil, "copyfileobj", copy)
        with pytest.raises(KeyboardInterrupt):
            extract_folder(archive, "val2014", tmp_path, progress=False)
    assert not (tmp_path / "val2014").exists()
    first = (tmp_path / "val2014.partial" / "a.jpg").stat().st_mtime_ns
    extract_folder(archive, "val2014", tmp_path, progress=False)
    assert (tmp_path / "val2014" / "a.jpg").stat().st_mtime_ns == first
    assert sorted(path.name for path in (tmp_path / "val2014").iterdir()) == ["a.jpg", "b.jpg", "c.jpg"]


def test_single_files_are_unpacked_beside_others(archive, tmp_path):
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "mine.json").touch()
    extract_files(archive, ["other/d.jpg", "other/absent.jpg"], tmp_path / "to", progress=False)
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["d.jpg", "mine.json"]


def test_nothing_is_written_outside_the_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as opened:
        opened.writestr("evil/../../../escaped.txt", "x")
    extract_folder(tmp_path / "evil.zip", "evil", tmp_path, progress=False)
    assert [path.name for path in (tmp_path / "evil").iterdir()] == ["escaped.txt"]


def test_a_truncated_archive_is_one_sentence(archive, tmp_path):
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"val2014\.zip is damaged or incomplete; delete it and download it again\."):
        extract_folder(archive, "val2014", tmp_path, progress=False)


def test_a_flipped_bit_is_noticed(archive, tmp_path):
    archive.write_bytes(archive.read_bytes().replace(b"content of val2014/b", b"content of val2014/B"))
    with pytest.raises(DataError, match="is damaged or incomplete"):
        extract_folder(archive, "val2014", tmp_path, progress=False)
    assert not (tmp_path / "val2014").exists()


def test_a_foreign_archive_is_one_sentence(archive, tmp_path):
    with pytest.raises(DataError, match="does not hold what its name promises"):
        extract_folder(archive, "train2014", tmp_path, progress=False)


def test_a_full_disk_is_noticed_before_unpacking(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(DataError, match=r"Unpacking val2014\.zip needs 72 bytes of disk"):
        extract_folder(archive, "val2014", tmp_path, progress=False)
