"""Equality with pycocoevalcap, to 1e-9 of every score of the corpus and of every image.

The committed goldens hold what pycocoevalcap computes for a few captions. With the marker `java` it is run live, on
these and, where CAPTIONER_SHARED names a folder with datasets/, on captions of real data sets.
"""

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from captioner.metrics.scorer import score_captions

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "coco_caption_scores.json").read_text(encoding="utf-8"))
CORPORA = {corpus["name"]: corpus for corpus in GOLDENS["corpora"]}
DATASETS = {"flickr8k": "captions_flickr8k_dev.json", "coco": "captions_coco_val.json"}


@pytest.fixture
def official():
    """`official(references, candidates)`: scores of the corpus, and of images in the order of references, by name."""
    pytest.importorskip("pycocoevalcap")
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    def official_scores(references, candidates):
        texts = (
            {image: [{"caption": text} for text in side[image]] for image in references}
            for side in (references, candidates)
        )
        words = [PTBTokenizer().tokenize(side) for side in texts]
        corpus, per_image = Bleu(4).compute_score(*words, verbose=0)
        rows = [*zip(("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4"), corpus, per_image, strict=True)]
        rows += [("ROUGE_L", *Rouge().compute_score(*words)), ("CIDEr", *Cider().compute_score(*words))]
        return {name: value for name, value, _ in rows}, {name: list(values) for name, _, values in rows}

    return official_scores


def check_equal(references, candidates, corpus, per_image):
    scores = score_captions(references, candidates)
    assert scores.corpus == pytest.approx({**corpus, "CIDEr-D": corpus["CIDEr"]}, rel=1e-9, abs=0)
    for name, values in per_image.items():
        assert scores.per_image[name] == pytest.approx(np.array(values), rel=1e-9, abs=0), name
    assert scores.per_image["CIDEr-D"].tolist() == scores.per_image["CIDEr"].tolist()


def degenerate(references, captions):
    """Each caption replaced by something that captioners should not say, or left as it is, in turns."""
    draw = random.Random(0)
    forms = [
        lambda texts, caption: caption,
        lambda texts, caption: "",
        lambda texts, caption: caption.split()[-1],
        lambda texts, caption: " ".join((caption.split() * 60)[:60]),
        lambda texts, caption: texts[0],
        lambda texts, caption: " ".join([draw.choice(caption.split())] * 12),
        lambda texts, caption: " ".join(draw.sample(caption.split(), len(caption.split()))),
        lambda texts, caption: ' ... "!?" -- ',
        lambda texts, caption: texts[-1] + " " + texts[0],
    ]
    pairs = enumerate(references.items())
    return {image: [forms[place % len(forms)](texts, captions[image][0])] for place, (image, texts) in pairs}


@pytest.mark.parametrize("name", CORPORA)
def test_scores_are_those_of_the_official_tools(name):
    corpus = CORPORA[name]
    candidates = {image: [text] for image, text in corpus["candidates"].items()}
    check_equal(corpus["references"], candidates, corpus["corpus"], corpus["per_image"])


@pytest.mark.java
@pytest.mark.parametrize("name", CORPORA)
def test_the_official_tools_still_say_so(official, name):
    corpus = CORPORA[name]
    candidates = {image: [text] for image, text in corpus["candidates"].items()}
    found, per_image = official(corpus["references"], candidates)
    assert found == pytest.approx(corpus["corpus"])
    assert per_image == {name: pytest.approx(values) for name, values in corpus["per_image"].items()}


@pytest.mark.java
@pytest.mark.shared
@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("kind", ["neighbours", "degenerate", "one image"])
def test_scores_of_whole_data_sets_are_equal(official, dataset, kind):
    """Candidates are what people wrote of another image, or degenerate forms of it, or a sixth opinion on one image."""
    shared = os.environ.get("CAPTIONER_SHARED") or pytest.skip("CAPTIONER_SHARED is not set")
    document = json.loads((Path(shared) / "datasets" / dataset / DATASETS[dataset]).read_text(encoding="utf-8"))
    references: dict[int, list[str]] = {}
    for annotation in document["annotations"]:
        references.setdefault(annotation["image_id"], []).append(annotation["caption"])
    shifted = [*list(references.values())[1:], *list(references.values())[:1]]
    candidates = {image: [texts[0]] for image, texts in zip(references, shifted, strict=True)}
    if kind == "degenerate":
        candidates = degenerate(references, candidates)
    if kind == "one image":
        references = dict(list(references.items())[:1])
        candidates = {image: texts[1:2] for image, texts in references.items()}
    check_equal(references, candidates, *official(references, candidates))
