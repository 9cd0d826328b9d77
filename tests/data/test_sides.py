import pytest

from captioner.data.sides import names_side


@pytest.mark.parametrize("word", ["left", "rightmost", "upper-left", "right-hand", "left-handed"])
def test_a_mirror_image_makes_it_wrong(word):
    assert names_side(word)


@pytest.mark.parametrize("word", ["upright", "bright", "cleft", "top", "<pad>"])
def test_a_mirror_image_leaves_it_true(word):
    assert not names_side(word)
