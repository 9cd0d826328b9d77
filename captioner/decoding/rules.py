"""What a caption may consist of, and how captions are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from keras import ops

from captioner.decoding.checks import check_count, check_length_penalty
from captioner.decoding.decoded import normalise_by_length
from captioner.decoding.hygiene import Hygiene
from captioner.decoding.next_token import next_log_probs
from groundwork.errors import ConfigError


@dataclass(frozen=True)
class CaptionRules:
    """The rules that every search keeps.

    Attributes:
        start_id: fed at the first step, never emitted.
        end_id: closes every caption and counts towards its length.
        pad_id: follows the end token, never emitted before it.
        forbidden_ids: further tokens that are never emitted. Probabilities are not renormalised, see `next_log_probs`.
        min_length: tokens of the shortest caption, its end token included; 2 rules out a caption without words.
        max_length: tokens of the longest caption, its end token included. A caption that gets there is closed, with
            the model's own log-probability of the end token.
        length_penalty: power of the length that divides the log-probability, see `normalise_by_length`.
        no_repeat_ngram: length of the sequences of tokens that no caption has twice, see `Hygiene`; 0 allows them.
        dangling_ids: tokens that no caption ends with, see `Hygiene`.

    Raises:
        ConfigError: a rule is out of range, or no caption could end.
    """

    start_id: int
    end_id: int
    pad_id: int
    forbidden_ids: Sequence[int] = ()
    min_length: int = 1
    max_length: int = 20
    length_penalty: float = 0.7
    no_repeat_ngram: int = 0
    dangling_ids: Sequence[int] = ()

    def __post_init__(self) -> None:
        check_count("max_length", self.max_length)
        check_count("min_length", self.min_length, at_most=self.max_length)
        check_length_penalty(self.length_penalty)
        if self.no_repeat_ngram != 0:
            check_count("no_repeat_ngram", self.no_repeat_ngram)
        if self.end_id in self.banned_ids:
            raise ConfigError(
                f"`end_id` must differ from `start_id`, `pad_id` and `forbidden_ids`, or no caption could end; "
                f"received {self.end_id} in both."
            )
        if self.end_id in self.dangling_ids:
            raise ConfigError(f"`dangling_ids` must not hold the end token; received {self.end_id} in both.")

    @cached_property
    def banned_ids(self) -> list[int]:
        """The tokens that no caption contains before its end."""
        return sorted({self.start_id, self.pad_id, *self.forbidden_ids})

    def next_log_probs(self, logits, token_ids, last_ids, length):
        """The model's log-probabilities of what may follow captions, -inf for all else, float32 `(rows, vocabulary)`.

        Args:
            logits: float `(rows, vocabulary)`.
            token_ids: int32 `(rows, max_length)`, the captions so far, then padding.
            last_ids: int32 `(rows,)`, their last tokens; the start token where there is none.
            length: int32 scalar, their number of tokens.
        """
        log_probs = next_log_probs(
            logits,
            banned_ids=self.banned_ids,
            end_id=self.end_id,
            must_end=ops.equal(length, self.max_length - 1),
            must_go_on=length + 1 < self.min_length,
        )
        return self._hygiene(log_probs, token_ids, last_ids, length)

    def scores(self, log_probs, lengths):
        """What captions are ranked by, from their log-probabilities and their tokens, the end token included."""
        return normalise_by_length(log_probs, lengths, self.length_penalty)

    @cached_property
    def _hygiene(self) -> Hygiene:
        return Hygiene(
            end_id=self.end_id,
            pad_id=self.pad_id,
            no_repeat_ngram=self.no_repeat_ngram,
            dangling_ids=self.dangling_ids,
            max_length=self.max_length,
        )
