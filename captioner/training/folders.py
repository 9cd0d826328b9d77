"""Where a stage keeps its files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StageFolder:
    """OUTPUT/STAGE.

    Attributes:
        path: the folder itself.
    """

    path: Path

    @property
    def best(self) -> Path:
        """The bundle of the best epoch, in float32."""
        return self.path / "best"

    @property
    def log(self) -> Path:
        return self.path / "log.csv"

    @property
    def backup(self) -> Path:
        """The state after the last epoch, from which an interrupted stage goes on."""
        return self.path / "backup"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"
