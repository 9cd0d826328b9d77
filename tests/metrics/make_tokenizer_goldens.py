"""Writes the tokens in goldens/tokenizer.jsonl anew with the official Java tokenizer.

    python tests/metrics/make_tokenizer_goldens.py

To add a sentence, add a line `{"kind": ..., "text": ...}` to the file and run this. It needs Java and pycocoevalcap
(`pip install -r requirements-java.txt`).
"""

import json
from collections.abc import Sequence
from pathlib import Path

GOLDENS = Path(__file__).parent / "goldens" / "tokenizer.jsonl"


def java_tokens(texts: Sequence[str]) -> list[list[str]]:
    """What pycocoevalcap's tokenizer makes of each text.

    It hands all texts to Java as one, and its abbreviations depend on how the next text begins. Here that is always a
    small letter, so that each text is tokenized as if it stood alone.
    """
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    captions = {number: [{"caption": text}, {"caption": "x"}] for number, text in enumerate(texts)}
    tokenized = PTBTokenizer().tokenize(captions)
    return [[token for token in tokenized[number][0].split(" ") if token] for number in captions]


def main() -> None:
    lines = [json.loads(line) for line in GOLDENS.read_text(encoding="utf-8").splitlines()]
    tokens = java_tokens([line["text"] for line in lines])
    goldens = [
        {"kind": line["kind"], "text": line["text"], "tokens": found} for line, found in zip(lines, tokens, strict=True)
    ]
    GOLDENS.write_text("".join(map(_as_line, goldens)), encoding="utf-8")


def _as_line(golden: dict) -> str:
    visible = all(character.isprintable() for character in golden["text"])
    return json.dumps(golden, ensure_ascii=not visible) + "\n"


if __name__ == "__main__":
    main()
