"""The captioner's own leaves of the tree of errors in `groundwork.errors`.

ApplicationError
├── UsageError, ConfigError, BundleError, TrainingError
├── DataError
│   ├── ImageError             a picture cannot be read
│   ├── AnnotationError        an annotation file lacks a key or names what does not exist
│   └── VocabularyError        a vocabulary file is malformed or does not fit the weights
└── MetricError                captions and references cannot be compared
"""

from groundwork.errors import ApplicationError, DataError


class ImageError(DataError):
    """A picture cannot be read."""


class AnnotationError(DataError):
    """An annotation file is malformed or contradicts the files beside it."""


class VocabularyError(DataError):
    """A vocabulary file is malformed or does not fit the weights."""


class MetricError(ApplicationError):
    """Generated captions and references do not belong together."""
