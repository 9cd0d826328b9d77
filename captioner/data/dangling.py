"""Words that no sentence ends with, because they lead to another."""

_SAY_NOTHING = """
    a an the this that these his that its their some several many each both
    and or but while as if when where which who whose
    of in on at to with without from for into onto upon through across along near under beneath between among against
    toward towards beside over within during like atop
    is are was been being has have very
"""
_BEFORE_NOUNS = """
    red blue white black green yellow brown pink purple gray grey tan blond blonde colorful
    little small big large young old tall long two three four different grassy snowy sandy rocky wooden muddy
"""

FUNCTION_WORDS = frozenset(_SAY_NOTHING.split())
"""English articles, determiners, conjunctions, prepositions and auxiliaries that say nothing by themselves."""

DANGLING_WORDS = FUNCTION_WORDS | frozenset(_BEFORE_NOUNS.split())
"""Function words, and adjectives and numbers that stand before a noun. Of all the times that people used such a word in
34,764 captions of Flickr8k and MS COCO, it was the last one in less than 2 % (`on`, as in "with a hat on", in 1.9 %,
`blue` in 1.6 %, `a` in 0.01 %). Words with which captions do end, such as `her`, `outside`, `orange` or `around`, are
not here."""


def dangling_ids(words: tuple[str, ...]) -> tuple[int, ...]:
    """The ids of a vocabulary's words that no caption should end with.

    >>> dangling_ids(("<pad>", "a", "dog", "with"))
    (1, 3)
    """
    return tuple(index for index, word in enumerate(words) if word in DANGLING_WORDS)
