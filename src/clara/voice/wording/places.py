"""Where a citation stands, as it is said: "page forty-one of your biology notes"."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from clara.tutor.events import Cited
from clara.voice.wording.numbers import say_number

_PAGES = {
    "en": ("page", "pages"),
    "ar": ("صفحة", "الصفحات"),
    "bg": ("страница", "страници"),
    "ca": ("pàgina", "pàgines"),
    "cs": ("strana", "strany"),
    "da": ("side", "side"),
    "de": ("Seite", "Seiten"),
    "el": ("σελίδα", "σελίδες"),
    "es": ("página", "páginas"),
    "fa": ("صفحهٔ", "صفحات"),
    "fi": ("sivu", "sivut"),
    "fr": ("page", "pages"),
    "he": ("עמוד", "עמודים"),
    "hi": ("पृष्ठ", "पृष्ठ"),
    "hu": ("oldal", "oldalak"),
    "hy": ("էջ", "էջեր"),
    "id": ("halaman", "halaman"),
    "it": ("pagina", "pagine"),
    "ja": ("ページ", "ページ"),
    "ko": ("쪽", "쪽"),
    "ne": ("पृष्ठ", "पृष्ठ"),
    "nl": ("pagina", "pagina's"),
    "no": ("side", "side"),
    "pl": ("strona", "strony"),
    "pt": ("página", "páginas"),
    "ro": ("pagina", "paginile"),
    "ru": ("страница", "страницы"),
    "sr": ("страна", "стране"),
    "sv": ("sidan", "sidorna"),
    "ta": ("பக்கம்", "பக்கங்கள்"),
    "th": ("หน้า", "หน้า"),
    "tr": ("sayfa", "sayfalar"),
    "uk": ("сторінка", "сторінки"),
    "vi": ("trang", "trang"),
    "zh": ("页码", "页码"),
}
"""The language's word for one page and for several, put before the number; others hear the number alone."""

_MOST_WORDS = 8
_ROMAN = re.compile(r"[ivxl]{1,8}\Z", re.IGNORECASE)
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}


def say_place(cited: Cited, language: str = "en") -> str:
    """Return where a citation stands, in words of the language (ISO 639-1); without pages the file and its heading."""
    name = say_file(cited.file_name)
    if cited.page_from is None:
        heading = _speech_of(cited.heading.split(" › ")[-1])
        if language != "en":
            return ", ".join(part for part in (name, heading) if part)
        return f"your {name}" + (f", under {heading}" if heading else "")
    first = _number(cited.page_from, cited.label_from, language)
    last = _number(cited.page_to or cited.page_from, cited.label_to or cited.label_from, language)
    one, several = _PAGES.get(language, ("", ""))
    if language == "en":
        pages = f"{one} {first}" if first == last else f"{several} {first} to {last}"
        return f"{pages} of your {name}"
    pages = f"{one} {first}" if first == last else f"{several} {first}, {last}"
    return f"{pages.strip()}, {name}"


def say_file(file_name: str) -> str:
    """Return a file's name as words: "biology notes" for biology-notes.pdf."""
    path = PurePath(file_name)
    stem = path.stem if re.fullmatch(r"\.[A-Za-z]{2,5}", path.suffix) else file_name
    words = _speech_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem)).split()
    return " ".join(words[:_MOST_WORDS]) or "file"


def _number(page: int, label: str | None, language: str) -> str:
    """Return the number that is printed on a page, if there is one, or else its place in the file."""
    said = label or str(page)
    if language != "en":
        return _speech_of(said)
    if said.isascii() and said.isdecimal() and len(said) < 7:
        return say_number(int(said))
    if _ROMAN.match(said):
        return say_number(_roman([_VALUES[letter] for letter in said.lower()]))
    return _speech_of(said)


def _roman(values: Sequence[int]) -> int:
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _speech_of(text: str) -> str:
    return " ".join(
        re.sub(r"[^\w'\u2019.,&+\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e-]|_", " ", text).replace("-", " ").split()
    )
