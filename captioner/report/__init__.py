"""Scores, images, captions and references of a results file as one page to look at."""

from captioner.report.document import report_document
from captioner.report.page import page
from captioner.report.thumbnails import thumbnails
from captioner.report.variety import Knowledge

__all__ = ["Knowledge", "page", "report_document", "thumbnails"]
