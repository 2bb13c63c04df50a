"""Which language a text is in, told by its script and its function words."""

import re
from collections import Counter
from collections.abc import Collection
from functools import cache

from clara.rag.stopwords import stop_words

UNKNOWN = "und"
"""ISO 639-2's code for an undetermined language."""

SAMPLE_CHARS = 20_000
_ENOUGH_WORDS = 0.08
"""Running text has a third to a half function words; formulas, tables and names fewer than this share."""

_SCRIPTS = (
    ("latin", re.compile(r"\b[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+\b")),
    ("cyrillic", re.compile("[\u0400-\u052f]+")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]+")),
    ("arabic", re.compile("[\u0620-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")),
    ("hebrew", re.compile("[\u05d0-\u05ea]+")),
    ("devanagari", re.compile("[\u0900-\u0963\u0971-\u097f]+")),
    ("kana", re.compile("[\u3041-\u30ff\uff66-\uff9f]+")),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")),
    ("hangul", re.compile("[\u1100-\u11ff\uac00-\ud7af]+")),
    ("thai", re.compile("[\u0e01-\u0e4f]+")),
    ("armenian", re.compile("[\u0531-\u0587]+")),
    ("tamil", re.compile("[\u0b80-\u0bff]+")),
)
_LANGUAGES = {
    "latin": (
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "sv",
        "da",
        "no",
        "fi",
        "hu",
        "ro",
        "pl",
        "cs",
        "tr",
        "vi",
        "id",
        "ca",
    ),
    "cyrillic": ("ru", "uk", "bg", "sr"),
    "greek": ("el",),
    "arabic": ("ar", "fa"),
    "hebrew": ("he",),
    "devanagari": ("hi", "ne"),
    "kana": ("ja",),
    "han": ("zh",),
    "hangul": ("ko",),
    "thai": ("th",),
    "armenian": ("hy",),
    "tamil": ("ta",),
}
_LETTER_WEIGHT = 0.5
_WRITERS = {
    letter: tuple(languages.split())
    for letters, languages in {
        "ñ": "es", "áíú": "es pt cs hu", "ó": "es pt pl hu ca", "ãõ": "pt", "ç": "fr pt ca tr",
        "êô": "fr pt vi", "è": "fr it ca", "ùœû": "fr", "ìò": "it", "ß": "de", "ä": "de sv fi", "ü": "de tr hu",
        "ö": "de sv fi tr hu", "å": "sv da no", "øæ": "da no", "őű": "hu", "łąęśżź": "pl", "řůěčšž": "cs",
        "ğı": "tr", "ş": "tr ro", "ășț": "ro", "đơưạảấầẩậắằếềệịọốồộớờợụứừự": "vi", "іїє": "uk", "ыэё": "ru",
        "ђћџљњ": "sr", "پچژگ": "fa",
    }.items()
    for letter in letters
}  # fmt: skip
"""Letters that few languages write: they settle what short texts' function words leave open."""


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language that most of the text's first 20,000 characters are in, or ``und``."""
    sample = text[:SAMPLE_CHARS]
    if sample.isascii():
        return _by_function_words(_SCRIPTS[0][1].findall(sample), _LANGUAGES["latin"])
    runs = {name: pattern.findall(sample) for name, pattern in _SCRIPTS}
    weights = {name: sum(map(len, found)) for name, found in runs.items()}
    # A Chinese character says as much as two or three letters; Japanese is kana with Han between.
    weights["han"] *= 2
    if weights["kana"] * 10 > weights["han"]:
        weights["kana"], weights["han"] = weights["kana"] * 2 + weights["han"], 0
    script = max(weights, key=lambda name: weights[name])
    if not weights[script]:
        return UNKNOWN
    candidates = _LANGUAGES[script]
    return candidates[0] if len(candidates) == 1 else _by_function_words(runs[script], candidates)


def question_language(text: str, corpus: Collection[str]) -> str:
    """Return the language of a question about documents in those languages, or ``und``.

    One function word isn't enough where the documents are in another language of that script: "bile" is one in Turkish,
    and the "war" of "Cold War" in German.
    """
    own = detect_language(text)
    heard = stop_words(own).intersection(re.findall(r"\w+", text[:SAMPLE_CHARS].casefold()))
    if len(heard) != 1:
        return own
    script = next(candidates for candidates in _LANGUAGES.values() if own in candidates)
    rivals = [language for language in script if language in corpus and language != own]
    leaves_open = any(own not in corpus or heard.isdisjoint(stop_words(rival)) for rival in rivals)
    return UNKNOWN if leaves_open else own


def _by_function_words(words: list[str], candidates: tuple[str, ...]) -> str:
    counts = Counter(word.casefold() for word in words)
    speakers = _speakers(candidates)
    shares = dict.fromkeys(candidates, 0.0)
    hits = dict.fromkeys(candidates, 0)
    heard = speakers.keys() & counts.keys()
    for word in heard:
        count, spoken_in = counts[word], speakers[word]
        for language in spoken_in:
            shares[language] += count / len(spoken_in)
            hits[language] += count
    for word, count in counts.items():
        if word.isascii():
            continue
        for writers in {_WRITERS[letter] for letter in word if letter in _WRITERS}:
            for language in writers:
                if language in shares:
                    shares[language] += _LETTER_WEIGHT * count / len(writers)
    best = max(candidates, key=lambda language: shares[language])
    others = [counts[word] for word in heard if best not in speakers[word]]
    # "Bile helps to digest fat" has one word of Turkish, and one of English.
    if len(heard) - len(others) == 1 and hits[best] <= sum(others):
        return UNKNOWN
    return best if hits[best] > _ENOUGH_WORDS * sum(counts.values()) else UNKNOWN


@cache
def _speakers(candidates: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    speakers: dict[str, tuple[str, ...]] = {}
    for language in candidates:
        for word in stop_words(language):
            speakers[word] = (*speakers.get(word, ()), language)
    return speakers
