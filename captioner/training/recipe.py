"""A whole training as it is written down: the data, the network, and the stages one after the other."""

from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from captioner.config import PRECISIONS, VGGS, DecodingConfig, NetworkConfig
from captioner.training.stage import BLOCKS, StageConfig
from groundwork.config import Config, below, not_among, not_positive


@dataclass(frozen=True)
class RunConfig(Config):
    """What a run reads and where it writes."""

    data: str | None = None
    """A directory that prepare_data.py wrote."""

    output: str | None = None
    """The run's folder, created or resumed."""

    start_from: str | None = None
    """A bundled model's name or a model directory whose weights, network and vocabulary the first stage begins with."""

    features: str | None = None
    """Cache of the CNN's features, shared by all runs; if not given, DATA/features."""

    precision: str = "8bit"
    """How the final bundle stores large kernels: 8bit, float16 or float32."""

    def problems(self) -> list[str]:
        missing = [f"`{name}` must be given" for name in ("data", "output") if not getattr(self, name)]
        return [*missing, *not_among(self, PRECISIONS, "precision")]


@dataclass(frozen=True)
class PlanConfig(Config):
    """Stages by number, for a run that does not list its stages: frozen, and then perhaps finetuned."""

    finetune_after: int | None = None
    """Epochs with the CNN frozen, after which it is trained for the rest; if not given, it stays as it is."""

    finetune_from: str = "block5"
    """First block of the CNN that is trained then, block1 to block5."""

    finetune_learning_rate: float = 2e-4
    """Peak step size of the decoder from then on."""

    def problems(self) -> list[str]:
        return [
            *below(self, 0, "finetune_after"),
            *not_among(self, BLOCKS, "finetune_from"),
            *not_positive(self, "finetune_learning_rate"),
        ]


@dataclass(frozen=True)
class Recipe(RunConfig):
    """All that decides about a run but its devices."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    """The network and the weights it begins with."""

    decoding: DecodingConfig = field(default_factory=DecodingConfig)
    """How captions are searched for, between epochs and with the bundle."""

    stages: tuple[StageConfig, ...] = (StageConfig(),)
    """One after the other."""

    @property
    def data_directory(self) -> Path:
        return Path(self.data or "")

    @property
    def output_directory(self) -> Path:
        return Path(self.output or "")

    @property
    def features_directory(self) -> Path:
        return Path(self.features) if self.features else self.data_directory / "features"

    @property
    def trains_all_of_a_vgg(self) -> bool:
        """Whether a stage trains a VGG from its first block on, next to which all other work is little."""
        return self.network.encoder in VGGS and any(stage.train_from == BLOCKS[0] for stage in self.stages)

    def problems(self) -> list[str]:
        doubled = [name for name, count in Counter(stage.name for stage in self.stages).items() if count > 1]
        return [
            *super().problems(),
            *([] if self.stages else ["`stages` must list at least one stage"]),
            *(f"two stages are called {name}" for name in doubled),
        ]

    def plain(self) -> dict[str, Any]:
        """The recipe with every value in its place, as a recipe file has it."""
        own = {each.name: getattr(self, each.name) for each in fields(RunConfig)}
        stages = [stage.plain() for stage in self.stages]
        return {**own, **self.network.plain(), **self.decoding.plain(), "stages": stages}
