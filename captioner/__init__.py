"""Image captioning in Keras 3; each public name is loaded when it is first asked for, so `import captioner` is free."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from captioner.data.images import load_image
    from captioner.data.vocabulary import Vocabulary
    from captioner.generation import Caption, CaptionGenerator
    from captioner.models.caption_model import CaptionModel
    from captioner.predictor import Prediction, Predictor
    from groundwork.errors import ApplicationError

__all__ = [
    "ApplicationError",
    "Caption",
    "CaptionGenerator",
    "CaptionModel",
    "Prediction",
    "Predictor",
    "Vocabulary",
    "load_image",
]

_MODULES = {
    "Caption": "captioner.generation",
    "CaptionGenerator": "captioner.generation",
    "CaptionModel": "captioner.models.caption_model",
    "ApplicationError": "groundwork.errors",
    "Prediction": "captioner.predictor",
    "Predictor": "captioner.predictor",
    "Vocabulary": "captioner.data.vocabulary",
    "load_image": "captioner.data.images",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'captioner' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
