import pytest

from captioner.report.histogram import histogram


def test_counts_have_a_bin_each():
    bars = histogram({"lengths": [1, 2, 2, 4]}, least_width=1)
    assert bars.starts == (0, 1, 2, 3, 4)
    assert bars.shares == {"lengths": (0, 0.25, 0.5, 0, 0.25)}


def test_groups_share_bins_and_each_adds_up_to_one():
    bars = histogram({"few": [0], "many": [0, 3, 3]}, least_width=1)
    assert bars.shares["few"] == (1, 0, 0, 0)
    assert bars.shares["many"] == pytest.approx((1 / 3, 0, 0, 2 / 3))


@pytest.mark.parametrize(("upper", "width"), [(20, 1), (31, 2), (90, 5), (250, 10), (1000, 50)])
def test_widths_are_round_and_bins_few(upper, width):
    bars = histogram({"scores": range(upper + 1)}, least_width=1)
    assert bars.starts[1] == width
    assert len(bars.starts) <= 31


def test_outliers_stand_in_the_last_bin():
    bars = histogram({"lengths": [3] * 999 + [20_000]}, least_width=1)
    assert bars.starts == (0, 1, 2, 3)
    assert bars.shares["lengths"][-1] == 1


def test_a_number_on_an_edge_belongs_to_the_bin_that_begins_there():
    tenths = [index / 10 for index in range(30)]
    bars = histogram({"scores": tenths}, least_width=0.1)
    assert bars.shares["scores"] == pytest.approx([1 / 30] * 30)


@pytest.mark.parametrize("groups", [{}, {"none": []}])
def test_no_numbers_give_one_empty_bin(groups):
    bars = histogram(groups, least_width=1)
    assert bars.starts == (0,)
    assert bars.shares == {name: (0,) for name in groups}
