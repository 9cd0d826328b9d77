"""Checked pictures: what is found, what is remembered, what survives an interruption."""

import json

import pytest

from captioner.data.preparation import verification
from captioner.data.preparation.verification import find_missing, verify_pictures


@pytest.fixture
def decoded(monkeypatch):
    """The paths that were decoded, in order."""
    paths = []
    original = verification._why_unusable
    monkeypatch.setattr(verification, "_why_unusable", lambda path: paths.append(path) or original(path))
    return paths


def verify(paths, tmp_path):
    return verify_pictures(paths, memory=tmp_path / "memory.json", workers=2, progress=False)


def test_missing_and_corrupt_pictures_are_told_apart(picture, tmp_path):
    good, absent, text = picture("good.jpg"), tmp_path / "absent.jpg", tmp_path / "text.jpg"
    text.write_text("not a picture")
    cut = picture("cut.jpg")
    cut.write_bytes(cut.read_bytes()[:-200])
    result = verify([good, absent, text, cut], tmp_path)
    assert result.missing == {absent}
    assert set(result.corrupt) == {text, cut}
    assert str(text) in result.corrupt[text]


def test_existence_alone_needs_no_decoding(picture, tmp_path, decoded):
    text = tmp_path / "text.jpg"
    text.write_text("not a picture")
    result = find_missing([text, tmp_path / "absent.jpg"])
    assert (result.missing, result.corrupt, decoded) == ({tmp_path / "absent.jpg"}, {}, [])


def test_nothing_is_decoded_twice(picture, tmp_path, decoded):
    text = tmp_path / "text.jpg"
    text.write_text("not a picture")
    paths = [picture("a.png"), text]
    first = verify(paths, tmp_path)
    decoded.clear()
    assert verify(paths, tmp_path) == first
    assert decoded == []


def test_a_changed_picture_is_decoded_again(picture, tmp_path, decoded):
    paths = [picture("a.png"), picture("b.png")]
    verify(paths, tmp_path)
    decoded.clear()
    paths[1].write_text("overwritten")
    assert set(verify(paths, tmp_path).corrupt) == {paths[1]}
    assert decoded == [paths[1]]


def test_an_interruption_keeps_what_was_decoded(picture, tmp_path, monkeypatch, decoded):
    paths = [picture(f"{number}.png") for number in range(3)]
    monkeypatch.setattr(verification, "_CHUNK", 1)
    original = verification._why_unusable

    def interrupted(path):
        if path == paths[2]:
            raise KeyboardInterrupt
        return original(path)

    monkeypatch.setattr(verification, "_why_unusable", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify(paths, tmp_path)
    monkeypatch.setattr(verification, "_why_unusable", original)
    decoded.clear()
    verify(paths, tmp_path)
    assert decoded == [paths[2]]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 99, "pictures": {}}', '{"format": 1}', '{"format": 1, "pictures": [1]}']
)
def test_a_damaged_memory_costs_time_only(picture, tmp_path, decoded, content):
    (tmp_path / "memory.json").write_text(content)
    path = picture("a.png")
    assert verify([path], tmp_path).corrupt == {}
    assert decoded == [path]


def test_the_memory_is_saved_while_it_grows(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(verification, "_SECONDS_BETWEEN_SAVES", -1.0)
    saved = []
    monkeypatch.setattr(verification, "write_json", lambda path, value: saved.append(len(value["pictures"])))
    verify([picture("a.png"), picture("b.png")], tmp_path)
    assert saved == [1, 2]


def test_the_memory_holds_size_time_and_reason(picture, tmp_path):
    path = picture("a.png")
    verify([path], tmp_path)
    status = path.stat()
    document = json.loads((tmp_path / "memory.json").read_text())
    assert document["pictures"] == {str(path): [status.st_size, status.st_mtime_ns, None]}
