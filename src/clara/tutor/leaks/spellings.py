"""A word or number hidden in a text: letter by letter, backwards, encoded, or as first letters."""

import base64
import binascii
import codecs
import contextlib
import re
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r"[^\W_]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}|[A-Za-z0-9+/_-]{2,3}={1,2}")
_HEX = re.compile(r"(?<![^\W_])(?:0x)?((?:[0-9a-fA-F]{2}[\s:]?){2,})")
_CODES = re.compile(r"(?:\d{2,3}[\s,;+-]+){1,}\d{2,3}")
_CHR = re.compile(r"chr\(\s*(\d{2,6})\s*\)")
_BITS = re.compile(r"(?:\b0b|\b)([01]{3,}(?:[\s_]+[01]{3,})*)\b")
_MORSE = re.compile(r"(?:[.\-−·]{1,6}[\s/|]+){1,}[.\-−·]{1,6}")
_MORSE_CODE = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
        ],
        "abcdefghijklmnopqrstuvwxyz0123456789",
        strict=True,
    )
)
_IN_BASE = re.compile(
    r"\b([0-9a-f]{1,8})\b\W{0,3}(?:in |as )?(?:an? )?(hex|octal)|\b(hex|octal)\w*\W{1,3}([0-9a-f]{1,8})\b",
    re.IGNORECASE,
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_MIXED = re.compile(r"\b(?=[^\W\d_]*[0134578@$!])(?=[\d@$!]*[a-z])[a-z0134578@$!]{4,}\b")
_GAPPED = re.compile(r"\b(?=\w*_)\w{4,}\b")
_LONGEST = 20_000
_NEAR = 60
"""Characters that are read on behind a word with digits for letters: "F0RTY TW0"."""
LEAST_LETTERS = 4
LEAST_PART = 3
"""Letters of a word's first part, for words such as "and then" to stand before its second."""
_JOINED_BY = (
    "and then followed by the rest is second part half plus with next comes after that it ends ending other end joined "
    "to und dann gefolgt von y luego seguido de et puis suivi e poi seguito en"
)
_JOINTS = frozenset(_JOINED_BY.split())
_ALPHABET = re.compile(r"(?<![\d.])(?:(?:1\d|2[0-6]|[1-9])[\s,;.-]+){3,}(?:1\d|2[0-6]|[1-9])(?![\d.])")


def spelled(word: str, text: str) -> bool:
    """Is the word there in pieces: "p-h-o-t-o", "p h o t o", "photo synthesis"? Both in small letters."""
    pieces = [found[0] for found in _TOKEN.finditer(text)]
    for at, first in enumerate(pieces):
        if not word.startswith(first) or len(first) == len(word):
            continue
        joined, end = first, at + 1
        while end < len(pieces) and len(joined) < len(word):
            if word.startswith(joined + pieces[end]):
                joined += pieces[end]
            elif len(joined) < LEAST_PART or pieces[end] not in _JOINTS:
                break
            end += 1
        if joined == word and (len(word) >= 6 or end - at == len(word)):
            return True
    return False


def with_gaps(word: str, text: str) -> bool:
    """Is the word there with less than half of its letters left out: "ph_tosynthes_s"?"""
    for found in _GAPPED.finditer(text):
        token = found[0]
        if len(token) == len(word) and 2 * token.count("_") < len(word):
            return all(sign in ("_", letter) for sign, letter in zip(token, word, strict=True))
    return False


def backwards(word: str, text: str) -> bool:
    """Is the word there in reverse, whole or letter by letter?"""
    turned = word[::-1]
    return turned != word and (
        re.search(rf"(?<![^\W_]){re.escape(turned)}(?![^\W_])", text) is not None or spelled(turned, text)
    )


def first_letters(word: str, text: str) -> bool:
    """Is the word made of the first letters of lines (three or more), of sentences (four), or of words (five)?"""
    if len(word) < 3 or not word.isalnum():
        return False
    lines = [found[0][0] for line in text.splitlines() if (found := _TOKEN.search(re.sub(r"^\W*\d+[.)]", "", line)))]
    if word in "".join(lines):
        return True
    if len(word) >= 4:
        starts = re.findall(r"(?:^|[.!?:]\s+)\W*([^\W_])", text)
        if word in "".join(starts):
            return True
    return len(word) >= 5 and word in "".join(found[0][0] for found in _TOKEN.finditer(text))


def decoded(text: str) -> Iterator[str]:
    """Yield what parts of a text say in base64, hexadecimal, binary, Morse, codes, or with digits for letters."""
    text = text[:_LONGEST]
    for found in _BASE64.finditer(text):
        yield from _from_base64(found[0])
    for found in _HEX.finditer(text):
        digits = re.sub(r"[\s:]", "", found[1])
        yield from _printable(bytes.fromhex(digits[: len(digits) // 2 * 2]))
        if found[0].startswith("0x") and len(digits) <= 12:
            yield str(int(digits, 16))
    for found in re.finditer(r"0x([0-9a-fA-F]{1,12})\b", text):
        yield str(int(found[1], 16))
    for found in _IN_BASE.finditer(text):
        with contextlib.suppress(ValueError):
            yield str(int(found[1] or found[4], 16 if (found[2] or found[3]).lower() == "hex" else 8))
    for found in _BITS.finditer(text):
        yield from _from_bits(found[1])
    for found in _CODES.finditer(text):
        yield _from_codes(re.findall(r"\d+", found[0]))
    for found in _ALPHABET.finditer(text):
        yield "".join(chr(96 + int(place)) for place in re.findall(r"\d+", found[0]))
    if codes := _CHR.findall(text):
        yield _from_codes(codes)
    for found in _MORSE.finditer(text):
        signs = re.split(r"[\s/|]+", found[0].replace("−", "-").replace("·", "."))
        if signs[-1] not in _MORSE_CODE:
            signs[-1] = signs[-1].removesuffix(".")
        yield "".join(_MORSE_CODE.get(sign, "") for sign in signs)
    small = text.casefold()
    for found in _MIXED.finditer(small):
        yield found[0].translate(_LEET)
        yield small[found.start() : found.start() + _NEAR].translate(_LEET)


def shifted(word: str, text: str) -> bool:
    """Is the word there in rot13, or by another shift of the alphabet?"""
    if len(word) < LEAST_LETTERS or not (word.isascii() and word.isalpha()):
        return False
    if _holds(text, codecs.encode(word, "rot13")):
        return True
    if len(word) < 6:
        return False
    return any(_holds(text, _shift(word, by)) for by in range(1, 26))


def _shift(word: str, by: int) -> str:
    return "".join(chr((ord(letter) - 97 + by) % 26 + 97) for letter in word)


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text) is not None


def _from_base64(piece: str) -> Iterator[str]:
    padded = piece.rstrip("=").replace("-", "+").replace("_", "/")
    padded += "=" * (-len(padded) % 4)
    with contextlib.suppress(binascii.Error, ValueError):
        yield from _printable(base64.b64decode(padded, validate=True))
    if re.fullmatch(r"[A-Z2-7]{4,}=*", piece):
        with contextlib.suppress(binascii.Error, ValueError):
            yield from _printable(base64.b32decode(piece.rstrip("=") + "=" * (-len(piece.rstrip("=")) % 8)))


def _printable(data: bytes) -> Iterator[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if (text and text.isprintable()) or text.strip().isprintable():
        yield text


def _from_bits(bits: str) -> Iterator[str]:
    groups = bits.replace("_", " ").split()
    if len(groups) == 1 and len(groups[0]) <= 40:
        yield str(int(groups[0], 2))
    joined = "".join(groups)
    if len(joined) % 8 == 0:
        yield from _printable(bytes(int(joined[at : at + 8], 2) for at in range(0, len(joined), 8)))


def _from_codes(codes: Sequence[str]) -> str:
    return "".join(chr(int(code)) for code in codes if 32 <= int(code) < 0x110000 and not 0xD800 <= int(code) < 0xE000)
