"""Sizes in words, free space, and the needs of a preparation."""

import pytest

from captioner.data.preparation.disk import readable_size, require_free
from captioner.data.preparation.needs import FEATURE_BYTES, Needs
from groundwork.errors import DataError


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (431_000_000, "431 MB"),
        (20_408_459_804, "20.4 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_sizes_in_words(size, text):
    assert readable_size(size) == text


def test_room_is_looked_up_where_the_folder_will_be(tmp_path):
    require_free(tmp_path / "not" / "yet", 1, "This")
    with pytest.raises(DataError, match=r"^This needs 1000000 TB of disk in .*, but only .* are free\.$"):
        require_free(tmp_path / "not" / "yet", 10**18, "This")


def test_features_take_49_regions_of_512_half_precision_channels():
    assert FEATURE_BYTES == 7 * 7 * 512 * 2
    assert Needs(pictures=8583, captions=0).features == 8583 * 50_176


def test_time_is_said_only_for_decoding():
    needs = Needs(pictures=123_287, captions=616_767, decoded=123_287)
    assert "about 14 minutes" in needs.describe(threads=1)
    assert "less than a minute" in Needs(pictures=123_287, captions=616_767).describe(threads=1)


def test_shards_are_counted_only_if_they_are_written():
    needs = Needs(pictures=123_287, captions=616_767, sharded=123_287)
    assert "150,528 bytes" in needs.describe(threads=1)
    assert "18.7 GB of disk" in needs.describe(threads=1)
    assert "about 14 minutes" in needs.describe(threads=1)
    assert "Shards" not in Needs(pictures=123_287, captions=616_767).describe(threads=1)
