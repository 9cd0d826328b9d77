"""Every error that a person can cause, as a tree.

CaptionerError                 one clear sentence; scripts print it and exit with status 1
├── UsageError                 the command line itself is wrong; exit status 2
├── ConfigError                a configuration value is out of range, or several are
├── DataError
│   ├── ImageError             a picture cannot be read
│   ├── AnnotationError        an annotation file lacks a key or names what does not exist
│   └── VocabularyError        a vocabulary file is malformed or does not fit the weights
├── MetricError                captions and references cannot be compared
├── BundleError                a model directory is incomplete, foreign or from another version
└── TrainingError              training cannot go on, for example after a loss that is not finite
"""


class CaptionerError(Exception):
    """Base of all errors raised on purpose; the message is one sentence for a person."""


class UsageError(CaptionerError):
    """The command line asks for something that does not make sense."""


class ConfigError(CaptionerError):
    """One or several configuration values are invalid; the message names all of them."""


class DataError(CaptionerError):
    """Something on disk is not what it should be."""


class ImageError(DataError):
    """A picture cannot be read."""


class AnnotationError(DataError):
    """An annotation file is malformed or contradicts the files beside it."""


class VocabularyError(DataError):
    """A vocabulary file is malformed or does not fit the weights."""


class MetricError(CaptionerError):
    """Generated captions and references do not belong together."""


class BundleError(CaptionerError):
    """A model directory cannot be loaded or written."""


class TrainingError(CaptionerError):
    """Training cannot start or go on."""
