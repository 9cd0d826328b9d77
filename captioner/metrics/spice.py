"""SPICE 1.0, computed by the official Java program where it can be run."""

import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.java_tools import find_java, find_tool, run_jar, what_is_missing
from captioner.metrics.metric import Tokens, weighted_mean

JAR = "spice/spice-1.0.jar"
MODELS = ("spice/lib/stanford-corenlp-3.6.0.jar", "spice/lib/stanford-corenlp-3.6.0-models.jar")
# The program writes its output through Java's own JavaScript engine, which came with Java 8 and left with Java 15.
JAVA_VERSIONS = range(8, 15)


class Spice:
    """SPICE, averaged over images: the F-score of the objects, attributes and relations that a caption states.

    Caption and references are parsed into tuples such as (dog), (dog, brown), (dog, chase, cat); with T(c) and T(S)
    those of the caption and of all its references, and synonyms matching, P = |T(c) and T(S)| / |T(c)|, R likewise
    over |T(S)|, and SPICE = 2 P R / (P + R) (Anderson et al. 2016, section 3.2).
    """

    name = "spice"
    score_names = ("SPICE",)

    def unavailable(self) -> str | None:
        """What is missing to compute it, as the second half of a sentence; None if nothing is."""
        missing = what_is_missing(JAR)
        if missing is None and not all(map(find_tool, MODELS)):
            return (
                "it needs the models of Stanford CoreNLP 3.6.0, which are not in pycocoevalcap "
                "(python -c 'from pycocoevalcap.spice.spice import Spice; Spice()' downloads them)"
            )
        return missing or _wrong_java()

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """The score of each image, `(images, 1)`.

        Raises:
            MetricError: Java, pycocoevalcap or the models are missing, or the program fails.
        """
        missing = self.unavailable()
        if missing is not None:
            raise MetricError(f"SPICE cannot be computed: {missing}.")
        questions = [
            {"image_id": index, "test": " ".join(candidate), "refs": [" ".join(text) for text in texts]}
            for index, (texts, candidate) in enumerate(zip(references, candidates, strict=True))
        ]
        with tempfile.TemporaryDirectory() as folder:
            return scores_of(_ask(questions, Path(folder)), images=len(questions))

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """The mean over images, `(..., 1)`."""
        return weighted_mean(statistics, weights)

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """`statistics` itself."""
        return statistics


def scores_of(answer: str, *, images: int) -> np.ndarray:
    """The F-scores in SPICE's output file, by image number, `(images, 1)`.

    Raises:
        MetricError: it is not SPICE's output, or does not have one finite score for each of the images.
    """
    try:
        found = {row["image_id"]: float(row["scores"]["All"]["f"]) for row in json.loads(answer)}
        scores = np.array([[found[image]] for image in range(images)], np.float64).reshape(images, 1)
    except (ValueError, TypeError, KeyError) as error:
        raise MetricError("SPICE did not answer with one score for each image.") from error
    if not np.isfinite(scores).all():
        raise MetricError("SPICE answered with a score that is not a number.")
    return scores


def java_version(text: str) -> int | None:
    """The major version in what `java -version` prints: 8 for 1.8.0_402, 17 for 17.0.15."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None


def _wrong_java() -> str | None:
    done = subprocess.run([find_java() or "java", "-version"], capture_output=True, text=True, errors="replace")
    version = java_version(done.stderr + done.stdout)
    if version in JAVA_VERSIONS:
        return None
    return f"it needs Java {JAVA_VERSIONS[0]} to {JAVA_VERSIONS[-1]}, and the one here is {version or 'unknown'}"


def _ask(questions: Sequence[dict], folder: Path) -> str:
    """Runs SPICE with its input, output and cache in a folder of their own, and returns the output."""
    asked, answer, cache = folder / "input.json", folder / "output.json", folder / "cache"
    cache.mkdir()
    asked.write_text(json.dumps(questions), encoding="utf-8")
    run_jar(JAR, [str(asked), "-cache", str(cache), "-out", str(answer), "-subset", "-silent"], memory="8G")
    if not answer.is_file():
        raise MetricError("SPICE ended without writing its scores.")
    return answer.read_text(encoding="utf-8")
