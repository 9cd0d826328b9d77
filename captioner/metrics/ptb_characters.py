"""The kinds of characters that the tokenizer tells apart, and a text reduced to them.

The tokenizer knows the basic plane of Unicode 6.2. Of any other character (emoji, younger letters, control characters)
it makes nothing: the character is dropped, and ends the word before it.
"""

import unicodedata

# One character stands for all of its kind, so that the rules need no long lists of letters.
LETTER, MARK, DIGIT, SYMBOL, SPACE = "é", "\u0301", "\u0663", "§", "\u3000"
UNKNOWN, BEYOND_BASIC_PLANE = "\x01", "\x02"  # Both mean nothing, but Java counts the second as two characters.

# Those beyond ASCII that a rule mentions stand for themselves.
_MENTIONED = (
    "\x80\x85\x91\x92\x93\x94\x96\x97\u00a0¢£¤\u00ad²³¹«»¼½¾\u058a\u066b\u066c"
    "‐‑–—―‘’‚‛“”„‟\u2026\u2028\u2029‹›⁄⁰⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋₠€⅓⅔、"
)


def _codes(ranges: str) -> frozenset[int]:
    """The code points of `"41-5A 61"`, hexadecimal."""
    bounds = [[int(code, 16) for code in part.split("-")] for part in ranges.split()]
    return frozenset(code for first, *last in bounds for code in range(first, (last or [first])[0] + 1))


# Letters and digits of the basic plane that came after Unicode 6.2, widened where nothing older stands between two.
_YOUNGER = _codes("""
    37F 528-52F 560 588 5EF 860-88E 8A1 8AD-8C9 978 980 9FC AF9 C34 C5A-C5D C80 CDD D04 D54-D5F DE6-DEF E86 E89 E8C
    E8E-E93 E98 EA0 EA8-EA9 EAC 13F5-13FD 16F1-16F8 170D 171F 1878 191D-191E 19B0-19C0 19C8-19C9 1B4C 1C80-1CBF
    1CF2-1CF3 1CFA 2C2F 2C5F 312E-312F 31BB-31BF 4DB6-4DBF 9FCD-9FFF A698-A69D A78F A794-A79F A7AB-A7F7 A8FD-A8FE
    A9E0-A9FE AA7E-AA7F AB30-ABBF
""")
_FORMER_LETTERS = _codes("1885-1886")  # Two Mongolian signs that Unicode has since made marks.
# Accents, vowel signs of the scripts that need them to write a word, and a few signs taken for such.
_MARKS = _codes("""
    2C2-2C5 2D2-2DF 2E5-2EB 2ED 2EF-36F 375 378-379 384-385 3F6 483-487 55A-55F 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7 615-61A
    64B-65E 670 6D6-6E4 6E7-6ED 6FD-6FE 70F 711 730-74C 7A6-7B0 7EB-7F3 900-903 93C 93E-94E 951-955 962-963 981-983 9BC
    9BE-9C4 9C7-9C8 9CB-9CD 9D7 9E2-9E3 A01-A03 A3C A3E-A4F A81-A83 ABC ABE-ACF B82 BBE-BC2 BC6-BC8 BCA-BCD C01-C03
    C3E-C56 D3E-D44 D46-D48 E31 E34-E3A E47-E4E EB1 EB4-EBC EC8-ECD
""")
_SYMBOLS = _codes("""
    A1 A5-A9 AC AE-B1 B4 B6-B8 BF D7 F7 37E 387 589 5BE 5C0 5C3 5C6 5F3-5F4 600-603 606-60C 614 61B 61E-61F 66A 66D 6D4
    700-70D 7F6-7F8 964-965 E3F E4F 1FBD 2016-2017 2020-2023 2030-2038 203B 203E-2042 207C-207E 208C-208E 20A4 2100-2101
    2103-2106 2108-2109 2114 2116-2118 211E-2123 2125 2127 2129 212E 213A-213B 2140-2144 214A-214D 214F 2155-215E
    2190-2BFF 3002 3012 30FB FF01-FF0F FF1A-FF20 FF3B-FF40 FF5B-FF65 FFE0-FFE1 FFE5-FFE6
""")
_SPACES = _codes("2000-200A 3000")


def _kind(code: int) -> str:
    category = unicodedata.category(chr(code))
    if code > 0xFFFF:
        return BEYOND_BASIC_PLANE
    if code in _YOUNGER:
        return UNKNOWN
    if category.startswith("L") or code in _FORMER_LETTERS:
        return LETTER
    if category == "Nd":
        return DIGIT
    tables = ((_MARKS, MARK), (_SYMBOLS, SYMBOL), (_SPACES, SPACE))
    return next((kind for table, kind in tables if code in table), UNKNOWN)


class _Kinds(dict[int, str]):
    """Code points to the characters that stand for them, found when they are first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = _kind(code)
        return self[code]


_kinds = _Kinds({code: chr(code) for code in (*range(0x80), *map(ord, _MENTIONED))})


def reduce_to_kinds(text: str) -> str:
    """A text of the same length in which each character that no rule mentions is replaced by one of its kind."""
    return text if text.isascii() else text.translate(_kinds)
