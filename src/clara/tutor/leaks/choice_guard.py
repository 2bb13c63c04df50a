"""What gives a choice away: its letter or place, or all the others."""

import re
from collections.abc import Collection, Mapping
from functools import cache

from clara.tutor.leaks.plain import letters, plain
from clara.tutor.leaks.replies import Reply

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class Choice:
    """The letter of one of several choices."""

    kind = "choice"

    def __init__(self, letter: str, choices: Mapping[str, str]) -> None:
        self._letter = letter
        self._others = [key for key in choices if key != letter]
        self._texts = {key: letters(plain(text)).strip() for key, text in choices.items()}

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        for sentence in re.split(r"[!?\n;]|\.(?=\s|$)", reply.plain):
            named = _letters_named(sentence, (self._letter, *self._others))
            if self._letter in named and len(named) < 2:
                return True
        named = {key for sentence in reply.plain.split("\n") for key in _letters_named(sentence, self._others)}
        text = reply.text
        named |= {key for key in self._others if self._texts[key] and self._texts[key] in text}
        mine = self._texts[self._letter]
        left_out = not _letters_named(reply.plain, (self._letter,)) and not (mine and mine in text)
        return len(self._others) > 1 and named == set(self._others) and left_out


@cache
def _by_place(letter: str) -> re.Pattern[str]:
    """The choice by its place among them: "the second option", "choose the 2nd", "option 2"."""
    place = ord(letter) - ord("A")
    name = f"(?:{_PLACES[place]}|{place + 1}(?:st|nd|rd|th))"
    noun = "option|choice|answer|one|possibility|item|of (?:them|these|the)"
    return re.compile(
        rf"\b{name} (?:{noun})\b|\b(?:choose|pick|take|it is|it's) the {name}\b"
        rf"|\b(?:option|choice|answer) (?:number |no\.? )?{place + 1}\b"
    )


def _letters_named(text: str, wanted: Collection[str]) -> set[str]:
    """Return the choices that a text names by their letters; "A" and "I" also are words."""
    found = {letter for letter in wanted if _by_place(letter).search(letters(text))}
    for match in re.finditer(r"(?<![\w'])(\(?[\"']?)([A-Ha-h])([\"']?[).:]?)(?![\w'])", text):
        letter = match[2].upper()
        before = letters(text[max(0, match.start() - 40) : match.start()])
        marked = match[1] or match[3]
        told = re.search(
            r"(?:option|choice|answer|letter|choose|pick|antwort|opcion|option|respuesta|reponse)\W*(?:is\W*)?$", before
        )
        alone = not before.strip() and len(text.strip()) <= 3
        if letter in wanted and (marked or told or alone or match[2] in "BCDEFGH"):
            found.add(letter)
    if len(found) > 1 and "A" in wanted and re.search(r"(?<![\w'])A(?=\s*(?:,|or|and|nor|oder|und)(?!\w))", text):
        found.add("A")
    return found
