"""Everything that a report shows, as one JSON-able document without a word of HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from captioner.data.coco import CaptionRecord
from captioner.metrics.scores import Scores
from captioner.metrics.tokenizer import tokenize
from captioner.report.distributions import distributions
from captioner.report.gallery import frequent_sentences, gallery
from captioner.report.headline import headline
from captioner.report.variety import Knowledge, collapse_warning, variety_table
from captioner.scoring import Evaluation


def report_document(
    records: Sequence[CaptionRecord],
    captions: Mapping[int, str],
    scores: Scores,
    *,
    evaluation: Evaluation,
    title: str,
    knowledge: Knowledge,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The document behind the page; every text of a caption or a file name stands in it as it is, unescaped.

    Args:
        records: the images with at least one reference each.
        captions: the generated caption of each image id.
        scores: of these captions, CIDEr-D and BLEU among them.
        evaluation: the summary of these scores, with the conditions that they depend on.
        title: of the page.
        knowledge: training captions and vocabulary, for what is said about variety.
        notes: sentences to put at the top, such as that pictures are missing.
    """
    texts = [captions[record.image_id] for record in records]
    generated = [tokenize(text) for text in texts]
    references = [tokenize(text) for record in records for text in record.captions]
    images = gallery(records, captions, scores, generated)
    return {
        "title": title,
        "warning": collapse_warning(texts),
        "notes": list(notes),
        "scores": headline(evaluation),
        "conditions": {label.replace("_", " "): str(value) for label, value in evaluation.conditions.items()},
        "variety": variety_table(texts, [record.captions[0] for record in records], knowledge),
        "sentences": frequent_sentences(images),
        "distributions": distributions(generated, references, images),
        "images": images,
    }
