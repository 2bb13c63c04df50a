"""What gives a number away: any spelling of it, what comes to it, its digits one by one."""

import re

from clara.tutor.leaks.number_words import in_digits, names_of
from clara.tutor.leaks.quantities import Quantity, close, same
from clara.tutor.leaks.replies import Reply
from clara.tutor.leaks.spellings import LEAST_LETTERS, backwards, shifted, spelled
from clara.tutor.leaks.told import DIGIT, GENERIC, HANDLED, HAS, PLACE, RESULT, REVERSED, TOLD

SMALL = 3
"""Numbers up to this, in words, are told only where a result is told: "two steps" is no answer."""
_STEPS = 9
_ROMAN = re.compile(r"\b(?=[IVXLCDM]{2,})(?:M{0,3})(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_SMALL_ROMAN = re.compile(rf"(?=[ivxlcdm]{{3}}){_ROMAN.pattern.lower().replace('{2,}', '{3,}')}")
_APART = r"(?:\.{3}|…|[\s,;:|/\"'-])"
_JOINT = r"and then|followed by|in front of|before|and|then|dann|und|puis|et|luego|poi|depois|затем|и"
_DIGIT_RUN = re.compile(rf"(?<![\d.,])\d(?:{_APART}*(?:{_JOINT})?{_APART}+(?:an? )?\d(?![\d.]\d))+(?!\d)")


class Number:
    kind = "number"

    def __init__(self, answer: Quantity, task: Reply, places: frozenset[int]) -> None:
        self._answer = answer
        self._places = places
        self._in_task = any(same(answer, given) for given in (*task.numbers, *task.spoken_numbers))
        self._given = {expression for expression, _ in task.values}
        self._task_numbers = {given.value for given in (*task.numbers, *task.spoken_numbers)}
        self._task_text = re.sub(r"\s", "", task.spoken)
        value = abs(answer.value)
        whole = value == int(value) and value < 1e15
        self._names = [name for name in names_of(int(value)) if len(name) >= LEAST_LETTERS] if whole else []
        self._digits = str(int(value)) if whole else f"{value:.10g}".replace(".", "")

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        return (
            any(self._tells(found, reply.text, spoken=False) for found in reply.numbers)
            or any(self._tells(found, reply.spoken, spoken=True) for found in reply.spoken_numbers)
            or any(self._works_out(expression, value) for expression, value in reply.values)
            or any(
                close(self._answer.value, told.value) and not told.through <= self._task_numbers
                for told in reply.round_about
            )
            or self._in_pieces(earlier)
            or self._otherwise(reply)
        )

    def _tells(self, found: Quantity, text: str, spoken: bool) -> bool:
        if not same(self._answer, found):
            return False
        before = text[max(0, found.start - 40) : found.start]
        if PLACE.search(before) and (found.value in self._places or found.value <= _STEPS):
            return False
        small = spoken and abs(found.value) <= SMALL and text[found.start : found.end].strip() not in self._task_text
        if not self._in_task and not small:
            return True
        if re.match(r"\s*(?:=|is the (?:answer|result|solution))", text[found.end : found.end + 40]):
            return True
        if small and GENERIC.match(text, found.end):
            return False
        line = re.split(r"[.!?\n](?=\s|$)", before)[-1]
        if not small and not self._handled(text, found, line):
            return True
        told = TOLD.search(line) is not None or (small and HAS.search(line) is not None)
        return told or self._alone(text, found)

    def _handled(self, text: str, found: Quantity, before: str) -> bool:
        """Is a number that the task gives used as the task uses it, or calculated with?"""
        after = text[found.end : found.end + 30]
        if RESULT.match(after):
            return False
        following = re.match(r"\s*(?:[^\W\d_]+|[-+*/^])", after)
        if following and re.sub(r"\s", "", text[found.start : found.end] + following[0]) in self._task_text:
            return True
        return HANDLED.search(before) is not None

    def _alone(self, text: str, found: Quantity) -> bool:
        start = max(text.rfind(mark, 0, found.start) for mark in (". ", "\n", "! ", "? ")) + 1
        ends = [at for mark in (". ", "\n", "!", "? ") if (at := text.find(mark, found.end)) >= 0]
        return len(re.findall(r"[^\W_]+", text[start : min(ends, default=len(text))])) <= 2

    def _works_out(self, expression: str, value: float) -> bool:
        values = (self._answer.value, self._answer.base) if self._answer.dimension else (self._answer.value,)
        if not any(close(answer, value) for answer in values):
            return False
        return expression not in self._given and expression not in self._task_text

    def _in_pieces(self, reply: Reply) -> bool:
        """Digit by digit."""
        if len(self._digits) < 2:
            return False
        for text in (reply.text, in_digits(reply.text)):
            for run in _DIGIT_RUN.finditer(text):
                joined = re.sub(r"\D", "", run[0])
                if joined == self._digits or (REVERSED.search(reply.text) and joined == self._digits[::-1]):
                    return True
            for sentence in re.split(r"[!?\n]|\.(?=\s|$)", text):
                if DIGIT.search(sentence) and set(_single_digits(sentence)) & set(self._digits):
                    return True
        return False

    def _otherwise(self, reply: Reply) -> bool:
        """Letter by letter, backwards, or in Roman numerals."""
        value = self._answer.value
        if not self._in_task and any(
            spelled(name, reply.text) or backwards(name, reply.text) or shifted(name, reply.text)
            for name in self._names
        ):
            return True
        for found in (*_ROMAN.finditer(reply.plain), *_SMALL_ROMAN.finditer(reply.plain)):
            if found[0] and not self._in_task and _roman(found[0].upper()) == value:
                return True
        if len(self._digits) < 2 or not REVERSED.search(reply.text):
            return False
        turned = self._digits[::-1]
        return re.search(rf"(?<!\d){turned}(?!\d)", reply.text) is not None


def _single_digits(sentence: str) -> list[str]:
    return re.findall(r"(?<![\d.,])\d(?![\d]|[.,]\d|[- ]?(?:digit|cifr|chiffr|stellig|знач))", sentence)


def _roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[letter] for letter in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
