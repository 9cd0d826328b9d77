"""What single units of a character model do while they read a text."""

from language_models.cells.activations import Quantity, trace
from language_models.cells.document import cells_document
from language_models.cells.features import FEATURES, Feature
from language_models.cells.page import cells_page
from language_models.cells.ranking import Ranking, rank_units

__all__ = ["FEATURES", "Feature", "Quantity", "Ranking", "cells_document", "cells_page", "rank_units", "trace"]
