"""Errors that a person can cause, as a tree; the packages add leaves of their own.

ApplicationError          one clear sentence; scripts print it and exit with status 1
├── UsageError            the command line itself is wrong; exit status 2
├── ConfigError           a configuration value is out of range, or several are
├── DataError             something on disk is not what it should be
├── BundleError           a model directory is incomplete, foreign or from another version
└── TrainingError         training cannot go on, for example after a loss that is not finite
"""


class ApplicationError(Exception):
    """Base of all errors raised on purpose; the message is one sentence for a person."""


class UsageError(ApplicationError):
    """The command line asks for something that does not make sense."""


class ConfigError(ApplicationError):
    """One or several configuration values are invalid; the message names all of them."""


class DataError(ApplicationError):
    """Something on disk is not what it should be."""


class BundleError(ApplicationError):
    """A model directory cannot be loaded or written."""


class TrainingError(ApplicationError):
    """Training cannot start or go on."""
