"""How the tokenizer respells what it found: each function takes the text of one token and returns the token."""

import re

SPACE_INSIDE = "\u00a0"  # Stands for a space within a token, so that tokens can be joined by spaces.

_BRACKETS = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}
_ROUND_BRACKETS = str.maketrans({"(": "-LRB-", ")": "-RRB-", " ": SPACE_INSIDE})
_FRACTIONS = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_CURRENCIES = {"¢": "cents", "£": "#", "¤": "$", "\x80": "$", "₠": "$", "€": "$"}  # \x80 is the euro of Windows.
_QUOTES = str.maketrans(
    dict.fromkeys("‘‛‹\x91", "`")
    | dict.fromkeys("’›\x92", "'")
    | dict.fromkeys("“«\x93", "``")
    | dict.fromkeys('”»\x94"', "''")
)


def as_it_is(token: str) -> str:
    return token


def nothing(token: str) -> str:
    """For what is no token."""
    return ""


def plain(token: str) -> str:
    """A word without its soft hyphens, and with `&` for `&amp;`."""
    return re.sub("&amp;", "&", token.replace("\u00ad", ""), flags=re.IGNORECASE)


def with_spaces_kept(token: str) -> str:
    """`1 1/2` as one token, whose space does not end it."""
    return token.replace(" ", SPACE_INSIDE)


def round_brackets(token: str) -> str:
    """A smiley, `:-RRB-`, or a telephone number; square and curly brackets stay as they are."""
    return token.translate(_ROUND_BRACKETS)


def bracket(token: str) -> str:
    return _BRACKETS[token]


def angle_bracket(token: str) -> str:
    return {"&lt;": "<", "&gt;": ">"}.get(token.lower(), token)


def quotes(token: str) -> str:
    """Quotation marks and apostrophes of any shape as TeX writes them."""
    token = re.sub("&apos;", "'", token, flags=re.IGNORECASE)
    return re.sub("&quot;", '"', token, flags=re.IGNORECASE).translate(_QUOTES)


def fraction(token: str) -> str:
    return _FRACTIONS.get(token, token)


def currency(token: str) -> str:
    return _CURRENCIES.get(token, token)


def dash(token: str) -> str:
    return "--"


def hyphens(token: str) -> str:
    return "--" if len(token) in (3, 4) else token


def ellipsis(token: str) -> str:
    return "..."
