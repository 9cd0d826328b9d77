"""Scores of generated captions; usable without any of our models."""

from captioner.metrics.bleu import corpus_bleu
from captioner.metrics.scorer import score
from captioner.metrics.tokenizer import tokenize

__all__ = ["corpus_bleu", "score", "tokenize"]
