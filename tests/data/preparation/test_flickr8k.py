"""Flickr8k's own files, with the entry that names no picture."""

import pytest

from captioner.data.preparation.flickr8k import flickr8k_sources
from captioner.errors import AnnotationError

CAPTIONS = """\
b.jpg#0\tA dog runs .
b.jpg#1\tThe dog .
2258277193_586949ec62.jpg.1#0\tNobody has this picture .
a.jpg#0\tA cat .
c.jpg#0\tA cow .
d.jpg#0\tA hen .
"""


@pytest.fixture
def text(tmp_path):
    (tmp_path / "Flickr8k.token.txt").write_text(CAPTIONS)
    for name, lines in {"train": "b.jpg\n", "dev": "c.jpg\n\n", "test": "a.jpg\r\n"}.items():
        (tmp_path / f"Flickr_8k.{name}Images.txt").write_bytes(lines.encode())
    return tmp_path


def test_lists_decide_the_splits(text):
    sources = flickr8k_sources(text, "/images")
    found = {source.split: [str(record.path) for record in source.records] for source in sources}
    assert found == {"train": ["/images/b.jpg"], "val": ["/images/c.jpg"], "test": ["/images/a.jpg"]}
    assert sources[0].records[0].captions == ("A dog runs .", "The dog .")


def test_ids_are_places_in_alphabetical_order(text):
    assert [source.records[0].image_id for source in flickr8k_sources(text, "/images")] == [2, 3, 1]


def test_unlisted_pictures_can_be_trained_on_but_the_stray_entry_never(text):
    extra = flickr8k_sources(text, "/images", unlisted=True)[-1]
    assert extra.split == "train"
    assert [(record.image_id, record.path.name) for record in extra.records] == [(4, "d.jpg")]


def test_a_listed_picture_without_captions_has_an_id_of_its_own(text):
    (text / "Flickr_8k.testImages.txt").write_text("a.jpg\nbare.jpg\n")
    test = flickr8k_sources(text, "/images")[2]
    assert [(record.image_id, len(record.captions)) for record in test.records] == [(1, 1), (5, 0)]


@pytest.mark.parametrize("line", ["b.jpg A dog", "b.jpg\tA dog", "b.jpg#0 A dog"])
def test_a_malformed_line_is_named_by_number(text, line):
    (text / "Flickr8k.token.txt").write_text(f"a.jpg#0\tfine\n{line}\n")
    with pytest.raises(AnnotationError, match=r"Flickr8k\.token\.txt, line 2: expected `name\.jpg#number<TAB>caption`"):
        flickr8k_sources(text, "/images")


def test_a_missing_list_is_one_sentence(text):
    (text / "Flickr_8k.devImages.txt").unlink()
    with pytest.raises(AnnotationError, match=r"devImages\.txt cannot be read: No such file or directory\.$"):
        flickr8k_sources(text, "/images")


def test_a_binary_file_is_one_sentence(text):
    (text / "Flickr8k.token.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnnotationError, match="is not UTF-8 text"):
        flickr8k_sources(text, "/images")
