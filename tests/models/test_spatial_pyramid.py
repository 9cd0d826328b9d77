import numpy as np
import pytest

from captioner.models.spatial_pyramid import SpatialPyramid
from groundwork.errors import ConfigError


def test_level_one_is_the_mean_of_all_regions():
    regions = np.arange(18, dtype=np.float32).reshape(1, 9, 2)
    np.testing.assert_allclose(SpatialPyramid((1,))(regions), [[8, 9]], rtol=1e-6)


def test_level_two_is_the_quarters_row_by_row():
    regions = np.arange(16, dtype=np.float32).reshape(1, 16, 1)
    np.testing.assert_allclose(SpatialPyramid((2,))(regions), [[2.5, 4.5, 10.5, 12.5]])


def test_cells_of_an_odd_side_share_the_middle():
    regions = np.arange(9, dtype=np.float32).reshape(1, 9, 1)
    np.testing.assert_allclose(SpatialPyramid((1, 2))(regions), [[4, 2, 3, 5, 6]], rtol=1e-6)


def test_a_grid_finer_than_the_regions_is_an_error():
    with pytest.raises(ConfigError, match="does not fit an image of 4 regions"):
        SpatialPyramid((1, 3))(np.zeros((1, 4, 2), np.float32))
