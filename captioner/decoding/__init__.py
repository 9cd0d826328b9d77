"""Logits to token ids; knows no model, no words and no images."""

from captioner.decoding.beam_search import beam_search
from captioner.decoding.decoded import Decoded
from captioner.decoding.diverse import diverse_search
from captioner.decoding.rules import CaptionRules
from captioner.decoding.sampling import greedy_search, sample

__all__ = ["CaptionRules", "Decoded", "beam_search", "diverse_search", "greedy_search", "sample"]
