"""The tokenizer against the official Java tool itself: on the goldens, every character, and captions of data sets."""

import gzip
import json
import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from captioner.metrics.tokenizer import tokenize

pytestmark = pytest.mark.java

FOLDER = Path(__file__).parent
LINE_ENDS = "\n\r\v\f\u2028\u2029"  # Java would split the text.


@pytest.fixture(scope="module")
def java_tokens():
    pytest.importorskip("pycocoevalcap")
    return runpy.run_path(str(FOLDER / "make_tokenizer_goldens.py"))["java_tokens"]


def different(java_tokens, texts):
    """The texts of which the two do not make the same, with both results."""
    rows = zip(texts, java_tokens(texts), map(tokenize, texts), strict=True)
    return [row for row in rows if row[1] != row[2]]


def test_goldens_are_up_to_date(java_tokens):
    goldens = [json.loads(line) for line in (FOLDER / "goldens" / "tokenizer.jsonl").read_text("utf-8").splitlines()]
    assert java_tokens([golden["text"] for golden in goldens]) == [golden["tokens"] for golden in goldens]


@pytest.mark.slow
def test_every_character_of_the_basic_plane_is_treated_alike(java_tokens):
    # Java and Python disagree on where a capital sigma is the last letter of its word, as in a-Σ.
    known = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000 and chr(code) not in f"{LINE_ENDS}Σ"]
    assert different(java_tokens, [f"{c} a{c}b 1{c}2 {c}{c} a-{c} a.{c} {c}'s" for c in known]) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "flickr8k/captions_flickr8k_train.json",
        "flickr8k/captions_flickr8k_dev.json",
        "flickr8k/captions_flickr8k_extra.json",
        "coco/captions_coco_train.json",
        "coco/captions_coco_val.json",
        "text/captions_only/captions.txt.gz",
    ],
)
def test_captions_of_a_data_set_have_the_same_words(java_tokens, name):
    shared = os.environ.get("CAPTIONER_SHARED") or pytest.skip("CAPTIONER_SHARED is not set")
    captions = list(read_captions(Path(shared, "datasets", name)))
    assert captions
    assert different(java_tokens, captions) == []


def read_captions(path: Path) -> Iterator[str]:
    """The captions of a COCO file, or the lines of a compressed text."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            yield from (line.removesuffix("\n") for line in lines)
    else:
        yield from (annotation["caption"] for annotation in json.loads(path.read_text("utf-8"))["annotations"])
