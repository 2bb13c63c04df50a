"""Which sections of a document a topic names: by title ("Photosynthesis"), or by number ("chapter 2")."""

import re
from collections.abc import Sequence

from clara.rag.chunks import HEADING_SEPARATOR
from clara.store.spread import Section

_NUMBERED = (
    r"chapter|unit|section|part|lesson|lecture|module|kapitel|abschnitt|teil|lektion|capítulo|capitulo|unidad|sección"
    r"|parte|lección|chapitre|unité|section|partie|leçon|capitolo|unità|sezione|lezione|unidade|seção|hoofdstuk|deel|les"
    r"|глава|раздел|часть|урок|الفصل|الوحدة|الباب|القسم|अध्याय|पाठ|भाग|इकाई"
)
_BY_NUMBER = rf"(?:{_NUMBERED})\s+(?P<number>\d{{1,3}}(?:\.\d{{1,2}})*)"
_BY_CJK_NUMBER = re.compile(r"第\s*(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?P<unit>[章节節課课単元单部])")
_NUMBERING = rf"^(?:(?:{_NUMBERED})\s+)?(?P<number>\d{{1,3}}(?:\.\d{{1,2}})*)(?![\d.]*\d)[.:)]?\s*[-–—:]?\s*"


def named_sections(topic: str, sections: Sequence[Section]) -> Sequence[Section]:
    """Return the sections whose title, or a title above it, is what the topic says; none if no title is."""
    wanted = _plain(topic)
    number = _number_of(topic)
    return [
        section
        for section in sections
        if any(_is_named(title, wanted, number) for title in section.heading.split(HEADING_SEPARATOR))
    ]


def is_number(topic: str) -> bool:
    """Tell whether a topic is but a chapter's number."""
    return _number_of(topic) is not None


def _is_named(title: str, wanted: str, number: str | None) -> bool:
    if number is not None:
        if not number[0].isdigit():
            return title.replace(" ", "").startswith(number)
        found = re.match(_NUMBERING, title.strip(), re.IGNORECASE)
        return found is not None and found["number"] == number
    bare = re.sub(_NUMBERING, "", title.strip(), flags=re.IGNORECASE)
    return bool(wanted) and wanted in (_plain(title), _plain(bare))


def _number_of(topic: str) -> str | None:
    """Return what a topic that is but a chapter's number looks like in a title: "2", "第二章"."""
    found = re.fullmatch(_BY_NUMBER, topic.strip(), re.IGNORECASE)
    if found:
        return found["number"]
    found = _BY_CJK_NUMBER.fullmatch(topic.strip())
    return re.sub(r"\s", "", found[0]) if found else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
