"""Standalone recurrent language models: next characters and sentiment, over one layers module."""
