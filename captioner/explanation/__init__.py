"""Where in a picture the words of its caption come from."""

from captioner.explanation.explain import ExplainedWord, Explanation, explain
from captioner.explanation.write import write_explanation

__all__ = ["ExplainedWord", "Explanation", "explain", "write_explanation"]
