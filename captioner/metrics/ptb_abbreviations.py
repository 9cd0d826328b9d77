"""The words that keep their full stop, as alternatives of regular expressions.

They are read in any case, but one written here with a capital must have it: `Wash.` is a state, `wash.` ends a
sentence.
"""


def in_any_case(words: str) -> str:
    """`"ga Wash va"` as `(?:(?i:ga|va)|W(?i:ash))`."""
    free = [word for word in words.split() if not word[0].isupper()]
    capitalized = [f"{word[0]}(?i:{word[1:]})" for word in words.split() if word[0].isupper()]
    parts = ([f"(?i:{'|'.join(free)})"] if free else []) + capitalized
    return f"(?:{'|'.join(parts)})"


# After these a sentence may end.
CLOSING = in_any_case(
    r"""
    jan feb mar apr jun jul aug sept? oct nov dec mon tues? wed thu thurs fri
    ala Ark ariz Az calif colo conn ct dak Del fla ga Ill ind kans? ky La Mass md mich minn Miss mo mont neb nev okla
    Ore Pa penn tenn Tex va vt Wash wisc? wyo
    assn bancorp bhd bros cos? corp inc intl ltd plc p?(?-i:[Pp])t(?-i:[ye])s? rt sys univ
    al bldg blvd ed\.d esq est etc ext jr ph\.d rd seq sq sr tel
    """
)

# After these it goes on: titles, and words that stand inside names.
INNER = in_any_case(
    r"""
    adm attys? brig capt cmdr col comdr cpl det drs? ens gen govs? hon insp lieut lt maj messrs mlle mme mrs? ms msgr
    pfc ph pres profs? pvt reps? rev sens? sfc sgt spc supts? treas
    a\.k\.a adj adv alex assoc asst ave cf cie dept elec ft invt jos m(?-i:[ft])g mt natl ste? vs wm
    """
)

# These are abbreviations only in front of a number.
BEFORE_NUMBER = in_any_case("art ca figs? nos? op pp prop")

# A single letter with a full stop before one of these words ends the sentence: "vitamin C. The dog".
SENTENCE_START = in_any_case(
    r"""
    A About According Additionally After An As At But Earlier He Her Here However If In It Last Many More Mr\. Ms\. Now
    Once One Other Our She Since So Some Such That The Their Then There These They This We What When While Yet You
    """
)
