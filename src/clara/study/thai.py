"""Terms of Thai, which writes no blanks between words: what clauses are about, titles, and what comes again."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from clara.study.han import Candidate

LONGEST = 40
_SHORTEST = 4
_LETTER = "[\u0e01-\u0e3a\u0e40-\u0e4e]"
_PREDICATES = (
    "เป็น|คือ|หมายถึง|หมายความ|เรียกว่า|ประกอบ|แบ่งออก|แบ่งเป็น|ทำหน้าที่|ได้แก่|ได้รับ|เกิดขึ้น|เกิดจาก|สามารถ|ช่วย|ควบคุม|มีหน้าที่|มีลักษณะ|อยู่|ถูก|จะ|ทรง"
    "|ใช้|ทำให้|ลำเลียง|เก็บ|สร้าง|เปลี่ยน|ดูดกลืน|ดูดซึม|ต้อง|ไม่|ซึ่ง|เริ่ม|สิ้นสุด|ประกาศ|สถาปนา|เขียน|ค้นพบ|พบ|แพร่|ผลิต|ให้พลังงาน"
)
_PREDICATE = re.compile(f"(?<!การ)(?<!ความ)(?<!โครง)(?<!ผู้)(?<!นัก)(?<!เครื่อง)(?:{_PREDICATES})")
_SUBJECT = re.compile(rf"(?:\A|(?<=[\s(“\"]))({_LETTER}{{3,{LONGEST}}}?)(?={_PREDICATES})")
_DEFINED = re.compile("เป็น|คือ|หมายถึง|เรียกว่า|ประกอบด้วย|แบ่งออก")
_JOINING = re.compile(
    "(?:ไปยัง|ระหว่าง|ประกอบด้วย|แบ่งออกเป็น|เกิดขึ้น|เกิดจาก|หมายถึง|เรียกว่า|ทำให้|สามารถ|ได้แก่|ได้รับ|เพื่อ|เมื่อ|ซึ่ง|และ|หรือ|ของ|จาก|โดย|สู่|ผ่าน|เช่น"
    "|เป็น|คือ|ภายใน|ใน|ที่|มี|ทรง|ถูก|จะ|ไม่|ควบคุม|ลำเลียง|ช่วย|ใช้|ต้อง)"
)
_PREFIXES = frozenset(("การ", "ความ", "ผู้", "ตัว", "นัก", "ชาว", "สิ่ง", "ส่วน"))
_NO_TERMS = re.compile(
    "(?:สิ่ง|นี้|นั้น|เรา|เขา|มัน|ทั้ง|แต่|ใน|จาก|โดย|เมื่อ|หาก|ถ้า|และ|หรือ|นอกจาก|ดังนั้น|เนื่องจาก|หลัง|ก่อน|ต่อมา|ส่วน|สำหรับ)"
)
_POINTS_BACK = re.compile("(?:นี้|นั้น|ดังกล่าว)")
_YEAR = re.compile(r"(?:(?<=พ\.ศ\. )|(?<=ค\.ศ\. )|(?<=พ\.ศ\.)|(?<=ค\.ศ\.)|(?<=ปี ))[1-9]\d{2,3}(?!\d)")
_KINDS = ("การ", "ความ", "กรุง", "พระ", "สมเด็จ", "วัฏจักร", "ระบบ", "เซลล์", "ประเทศ")


class ThaiTerms:
    """The terms of one material. ``titles`` are the headings in it."""

    def __init__(self, texts: Sequence[str], titles: Collection[str]) -> None:
        subjects = {found for text in texts for found, _, _ in _subjects(text)}
        again = {part for part, count in Counter(part for text in texts for part in _parts(text)).items() if count > 1}
        named = {
            title.strip() for title in titles if re.fullmatch(rf"{_LETTER}{{{_SHORTEST},{LONGEST}}}", title.strip())
        }
        self._terms = sorted(subjects | again | named, key=lambda term: (-len(term), term))

    def find(self, text: str) -> Iterator[Candidate]:
        """Yield a sentence's terms, longest first; none within another, and none that goes on as a longer word."""
        for match in _YEAR.finditer(text):
            yield match.start(), match.end(), "year"
        taken: list[tuple[int, int]] = []
        for term in self._terms:
            at = text.find(term)
            end = at + len(term)
            if at < 0 or any(start < end and at < stop for start, stop in taken):
                continue
            taken.append((at, end))
            if _stands_apart(text, at, end):
                yield at, end, kind_of(term)


def defines(text: str, start: int, end: int) -> bool:
    """Tell whether a clause begins with this term and goes on like a definition."""
    return (start == 0 or text[start - 1].isspace()) and _DEFINED.match(text, end) is not None


def kind_of(term: str) -> str:
    return next((f"thai {kind}" for kind in _KINDS if term.startswith(kind)), "thai")


def _subjects(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what clauses are about: what stands before their first verb."""
    for match in _SUBJECT.finditer(text):
        start, end = match.span(1)
        while text[start:end] in _PREFIXES or end - start < _SHORTEST:
            following = _PREDICATE.search(text, end + 1, start + LONGEST)
            if following is None or " " in text[start : following.start()]:
                break
            end = following.start()
        subject = text[start:end]
        pointing = _NO_TERMS.match(subject) or _PREDICATE.match(subject) or _POINTS_BACK.search(subject)
        if end - start >= _SHORTEST and not pointing:
            yield subject, start, end


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between words that join, and blanks."""
    for clause in text.split():
        for part in _JOINING.split(clause):
            whole = re.fullmatch(rf"{_LETTER}{{{_SHORTEST + 1},{LONGEST}}}", part)
            if whole and not _NO_TERMS.match(part) and not _POINTS_BACK.search(part) and part not in _PREFIXES:
                yield part


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Tell whether a word begins where the term does, and ends where it ends, for certain."""
    before = start == 0 or text[start - 1].isspace() or any(m.end() == start for m in _JOINING.finditer(text, 0, start))
    after = end == len(text) or not re.match(_LETTER, text[end]) or _JOINING.match(text, end) is not None
    return before and (after or _PREDICATE.match(text, end) is not None)


def says(text: str) -> bool:
    """Tell whether a text has a verb, and so is no title."""
    return _PREDICATE.search(text) is not None
