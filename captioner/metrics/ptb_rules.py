r"""What the Penn Treebank tokenizer keeps together: one rule for each kind of token.

At every place of a text the rule that matches most characters wins, and the first of equals; what it matched after the
token, its context, counts too. The rules were found by comparing with the output of the PTBTokenizer of Stanford
CoreNLP 3.4.1 and are not taken from its source. Rules whose tokens coco-caption removes are as rough as that allows.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from captioner.metrics import ptb_abbreviations as abbreviations
from captioner.metrics import ptb_spelling as spelling
from captioner.metrics.ptb_abbreviations import in_any_case
from captioner.metrics.ptb_characters import BEYOND_BASIC_PLANE, DIGIT, LETTER, MARK, SPACE, SYMBOL


class Rule(NamedTuple):
    """A kind of token: its pattern, the group of the pattern that is the token, and how the token is respelt."""

    match: Callable[[str, int], re.Match[str] | None]
    group: int  # 0: all of it. 1: the first group, and what follows it is context, which is read again.
    respell: Callable[[str], str]


def _rule(pattern: str, respell: Callable[[str], str] = spelling.as_it_is) -> Rule:
    compiled = re.compile(pattern, re.DOTALL)
    return Rule(compiled.match, compiled.groups, respell)


_FAR = 1000  # Patterns that would read on to the end of a text without spaces, from each of its words, stop here.

# What stands between the brackets of a set.
_LETTERS = f"A-Za-z{LETTER}"
_DIGITS = f"0-9{DIGIT}"
_SPACES = f" \t\u00a0{SPACE}"
_BLANKS = f"{_SPACES}\n"

_ACCENTED = "&[aeiouAEIOU](?i:acute|grave|uml);"  # &eacute;
_LETTER = f"(?:[{_LETTERS}{MARK}\u00ad]|{_ACCENTED})"
_LETTER_OR_DIGIT = f"(?:[{_LETTERS}{MARK}\u00ad{_DIGITS}]|{_ACCENTED})"
_WORD = f"{_LETTER}{_LETTER_OR_DIGIT}*(?:[.!?]{_LETTER}{_LETTER_OR_DIGIT}*)*"  # Also word.word: a space is missing.

_APOSTROPHE = "(?:['\x92\u2019]|(?i:&apos;))"
_ANY_APOSTROPHE = "(?:['`\x91\x92\u2018\u2019\u201b]|(?i:&apos;))"  # Whatever people take for one.
_CLITIC = f"{_APOSTROPHE}(?i:re|ve|ll|[msd])"
_NOT = f"[nN]{_ANY_APOSTROPHE}[tT]"

_COUNTRIES = r"(?i:(?:canada|sino|korean|eu|japan|non)-u\.s|u\.s\.-(?:u\.k|u\.s\.s\.r))"
_INITIALS = rf"(?:[A-Za-z](?:\.[A-Za-z])+|{_COUNTRIES})"  # Without the last full stop.

_NUMBER = f"[-+]?(?:[{_DIGITS}]*(?:[.:,\u00ad\u066b\u066c][{_DIGITS}]+)+|[{_DIGITS}]+)"
_PART = f"(?:[dDoOlL]{_ANY_APOSTROPHE}[{_LETTERS}{_DIGITS}])?[{_LETTERS}{_DIGITS}]+"  # d'Angelo
_COMPOUND = rf"{_PART}(?:[-_\u058a\u2010\u2011]{_PART})*"
_LOOSE_COMPOUND = rf"[A-Za-z0-9][A-Za-z0-9.,\u00ad]{{0,{_FAR}}}+(?:-(?:{_INITIALS}\.|[A-Za-z0-9\u00ad]+))+"
_COMPANY = "[A-Z]+(?:(?:[+&]|(?i:&amp;))[A-Z]+)+"
_SLASH_PART = "[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}"

_TAG_NAME = "[A-Za-z][A-Za-z0-9_:.-]*"
_ATTRIBUTE = rf"""{_TAG_NAME}(?:[ ]*=[ ]*(?:'[^'\n]{{0,{_FAR}}}+'|"[^"\n]{{0,{_FAR}}}+"))?"""
_DECLARATION = rf"[!?][A-Za-z-][^>\n]{{0,{_FAR}}}+"
_TAG = rf"<(?:{_DECLARATION}|{_TAG_NAME}(?:[ \u00a0]+{_ATTRIBUTE})*[ ]*/?|/{_TAG_NAME})[ ]*>"

_URL_PATH = rf"""(?:[^ \t\n"<>|(){{}}]+[^ \t\n"<>|.!?(){{}},-]|{BEYOND_BASIC_PLANE})"""
_WWW = r"""(?i:www)\.(?:[^ \t\n"<>|.!?(){},]+\.)+[a-zA-Z]{2,4}"""
# The range from the comma to the underscore takes digits and capitals with it: shop24.com is an ordinary word.
_DOMAIN = rf"""(?:[^ \t\n"`'<>|.!?(){{}},-_$]{{1,{_FAR}}}+\.)+(?i:com|net|org|edu)"""
_IN_MAIL = r"""[^ \t\n"<>|(){}\u00a0]"""
_IN_MAIL_HOST = r"""[^ \t\n"<>|(){}\u00a0.]"""
_FILE_ENDINGS = in_any_case(
    """bat bmp c cgi class cpp dll docx? exe gif gz h html? jar java jpe?g mov mp3 pdf php pl png ppt ps py sql tar txt
    wav x xml zip"""
)

RULES = (
    _rule(f"[{_SPACES}]+|\n|(?i:&nbsp;)", spelling.nothing),
    # === Words that are two ===
    _rule("(?i:(can)not)"),  # can not
    _rule("(?i:('t)(?:was|is))"),  # 't was, 't is
    _rule("(?i:(gon(?=na)|wan(?=na)|got(?=ta)|lem(?=me)|gim(?=me))(?:na|ta|me))"),  # gon na
    # === Markup ===
    _rule(_TAG, spelling.with_spaces_kept),  # <a href="b">
    _rule("(?i:&(?:md|mdash|ndash);)|[\x96\x97\u2013-\u2015]", spelling.dash),  # &mdash; and long dashes
    _rule("(?i:&amp;)", spelling.plain),
    _rule("&(?:(?i:HT|TL|UR|LR|QC|QL|QR|odq|cdq)|#[0-9]+);"),  # &#39; and marks of old newspaper files
    # === Words ===
    _rule(f"({_WORD}){_CLITIC}", spelling.plain),  # dog before 's
    _rule(f"([A-Za-z\u00ad]*[A-MO-Za-mo-z]\u00ad*){_NOT}", spelling.plain),  # do before n't
    _rule(_WORD, spelling.plain),
    # === Words with an apostrophe ===
    _rule(f"{_APOSTROPHE}[nN]{_APOSTROPHE}?"),  # rock 'n' roll
    _rule(f"(?i:dunkin|somethin|ol){_APOSTROPHE}|{_APOSTROPHE}(?i:em|till?|cause|[2-9]0s)"),  # ol', 'em, '80s
    _rule(f"[A-HJ-XZn]{_ANY_APOSTROPHE}[{_LETTERS}]{{2,}}"),  # N'Sync, but not I'll and Y'all
    _rule(f"[lLdDjJ]{_APOSTROPHE}"),  # l' before a word
    _rule(f"[{_LETTERS}]{{2,}}(?<=[aeiouyAEIOUY]){_ANY_APOSTROPHE}[aeiouA-Z][{_LETTERS}]*"),  # ne'er, Hawai'i
    _rule(rf"(?i:cont'd\.?|nor'easter|c'mon|e'er|s'mores|ev'ry|li'l|nat'l|o{_ANY_APOSTROPHE}o)"),
    _rule(f"([yY]{_APOSTROPHE})[{_LETTERS}]"),  # y' before all
    # === Addresses ===
    _rule(f"(?i:https?://){_URL_PATH}"),
    _rule(f"(?:{_WWW}|{_DOMAIN})(?:/{_URL_PATH})?"),
    _rule(  # <me@example.com>
        f"(?:<|(?i:&lt;))?[a-zA-Z0-9]{_IN_MAIL}{{0,{_FAR}}}@(?:{_IN_MAIL_HOST}+\\.)*{_IN_MAIL_HOST}+(?:>|(?i:&gt;))?"
    ),
    _rule("@[a-zA-Z_][a-zA-Z_0-9]*"),  # @user
    _rule(f"#{_LETTER}+"),  # #tag
    # === Endings that stand alone ===
    _rule(f"({_CLITIC})[^A-Za-z]", spelling.quotes),  # 's
    _rule(_NOT, spelling.quotes),  # n't
    # === Numbers ===
    _rule(f"[{_DIGITS}]{{1,2}}[-/][{_DIGITS}]{{1,2}}[-/][{_DIGITS}]{{2,4}}"),  # 12/24/2012
    _rule(_NUMBER, spelling.plain),  # 1,000.50, 5:30, -7
    _rule("[\u207a\u207b\u208a\u208b]?(?:[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+|[\u2080-\u2089]+)"),  # 10 before ⁻⁵
    _rule(  # 3/4, 1 1/2
        rf"(?:[{_DIGITS}]{{1,4}}[- \u00a0])?[{_DIGITS}]{{1,4}}(?:\\?/|\u2044)[{_DIGITS}]{{1,4}}",
        spelling.with_spaces_kept,
    ),
    _rule("[\u00bc-\u00be\u2153\u2154]", spelling.fraction),  # ¾
    # === Words that the Wall Street Journal has ===
    _rule(
        rf"(?i:-[lr][rcs]b-|c\.d\.s|pro-|anti-|s(?:&|&amp;)(?:p-500|ls)|cap{_APOSTROPHE}n|c{_APOSTROPHE}est)",
        spelling.plain,
    ),
    _rule(rf"{_SLASH_PART}(?:\\?/{_SLASH_PART}){{1,2}}"),  # and/or, black-and-white/red
    # === Money ===
    _rule(r"[A-Z]*\$|#"),  # US$
    _rule("[\u00a2-\u00a4\x80\u20a0\u20ac]", spelling.currency),
    # === Abbreviations ===
    _rule(rf"([A-Za-z])\.[{_BLANKS}]+{abbreviations.SENTENCE_START}[{_BLANKS}]"),  # vitamin C before . The dog
    _rule(rf"({abbreviations.CLOSING}\.)(?:[{_BLANKS}]{_TAG}|..)?"),  # etc.
    _rule(rf"({abbreviations.BEFORE_NUMBER}\.)[{_BLANKS}]?[{_DIGITS}]"),  # no. before 5
    _rule(rf"(?i:(p?t(?-i:[ye])s?\.)[{_BLANKS}]*(?:ltd|lim))"),  # pty. before ltd
    _rule(rf"{abbreviations.INNER}\.|{_INITIALS}\.|[A-Za-z]\."),  # Mr., U.S., A.
    _rule(f"({_INITIALS})[{_BLANKS}]"),  # EU-U.S
    _rule(f"({_APOSTROPHE}[{_DIGITS}]{{2}})[{_BLANKS}]"),  # '69
    # === Compounds ===
    _rule(_COMPOUND),  # t-shirt, snake_case
    _rule(_LOOSE_COMPOUND, spelling.plain),  # 3.5-inch, ex-U.S.
    _rule(_COMPANY, spelling.plain),  # AT&T
    _rule(rf"({_LETTER_OR_DIGIT}+(?:\.{_LETTER_OR_DIGIT}+)*\.{_FILE_ENDINGS})[{_BLANKS}.?!,]"),  # 7.jpg
    _rule(  # Any of these, or a word, with its full stop before a comma
        rf"((?:{_LOOSE_COMPOUND}|{_COMPANY}|{_COMPOUND}|{_WORD})\.)[,;:\u3001]", spelling.plain
    ),
    _rule(r"(?i:[cf]#|c\+\+)"),
    # === Telephone numbers ===
    _rule(  # (555) 123-4567, +49 555 1234567, 555.123.4567
        r"(?:\([0-9]{2,3}\)[ \u00a0]?|(?:\+\+?)?(?:[0-9]{2,4}[- \u00a0])?[0-9]{2,4}[- \u00a0])"
        r"[0-9]{3,4}[- \u00a0]?[0-9]{3,5}|(?:(?:\+\+?)?[0-9]{2,4}\.)?[0-9]{2,4}\.[0-9]{3,4}\.[0-9]{3,5}",
        spelling.round_brackets,
    ),
    # === Punctuation ===
    _rule("[<>]|(?i:&[lg]t;)", spelling.angle_bracket),
    _rule(r"([<>]?[:;=][-o*']?[()DPdpO\\{@|\[\]])[^A-Za-z0-9]", spelling.round_brackets),  # :-)
    _rule(  # ^_^, (>_<)
        r"[-^x=~<>']_[-^x=~<>']|\([-^x=~<>'][_.]?[-^x=~<>']\)|\([\^x=~<>']-[\^x=~<>'`]\)", spelling.round_brackets
    ),
    _rule(r"[()\[\]{}]", spelling.bracket),
    _rule("-+", spelling.hyphens),
    _rule(r"\.{3,5}|(?:\.[ \u00a0]){2,4}\.|[\x85\u2026]", spelling.ellipsis),  # ..., . . .
    _rule(r"@+|#+|_+|(?:\\\*){1,3}|\*+|[?!]+|<<|>>"),  # ***, ?!
    _rule("''|[`\u2018-\u201f\x91-\x94\u2039\u203a\u00ab\u00bb]{1,2}|(?i:&quot;)|\"", spelling.quotes),
    _rule("(')[A-Za-z][^ \t\n\u00a0]"),  # A quotation mark before a word that is no ending
    _rule(f"{_CLITIC}|{_APOSTROPHE}", spelling.quotes),
    _rule(rf"[{SYMBOL},.:;/$%&+=\\^|~\u2044\u3001\u207a\u207b\u208a\u208b]"),
)
