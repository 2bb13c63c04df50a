"""What of a reply gives one answer away, by the answer's form: a number, words, a choice, a formula, a verdict."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from clara.tutor.leaks.choice_guard import Choice
from clara.tutor.leaks.expressions import NoExpression, expressions, value_of
from clara.tutor.leaks.number_guard import Number
from clara.tutor.leaks.number_words import in_digits
from clara.tutor.leaks.plain import letters, plain
from clara.tutor.leaks.quantities import Quantity, quantities
from clara.tutor.leaks.replies import Reply, content_words, verdict_of
from clara.tutor.leaks.verdict_guard import Verdict
from clara.tutor.leaks.word_guards import Statement, Unspaced, Words, alike

FEW_WORDS = 3
_LEAD = re.compile(
    r"^\W*(?:the |my )?(?:final |right |correct )?(?:answer|result|solution|antwort|lösung|respuesta|réponse|risposta|"
    r"resposta|antwoord|ответ|答案|答え)\W*(?:is|ist|es|est|è|é|:|=|は|是)?\s*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"^\W*(?:option|choice|answer)?\W*([A-Ha-h])(?:\W+(.*))?$", re.DOTALL)
_OPTION = re.compile(r"(?:^|\s|[;,])\(?([A-Ha-h])[).:]\s*(.+?)(?=\s*(?:[;,]?\s\(?[A-Ha-h][).:]\s|$))", re.DOTALL)
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e01-\u0e4e]")
_POINTS = (1.7320508, 2.2360679, 0.5772156)


class Guard(Protocol):
    kind: str

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        """Does the reply, or what was said before together with it, give the answer away?"""
        ...


def guards_of(answers: Sequence[str], task: Reply, places: frozenset[int]) -> list[Guard]:
    """Return what guards each of these spellings of an answer."""
    found: list[Guard] = []
    choices = {letter.upper(): text.strip(" .;") for letter, text in _OPTION.findall(task.plain)}
    for answer in answers:
        bare = _LEAD.sub("", answer.strip()).strip().rstrip(".!") or answer.strip()
        if (verdict := verdict_of(bare)) is not None:
            found.append(Verdict(verdict, task))
            continue
        found += _choice_guards(bare, choices, task)
        if found and isinstance(found[-1], Choice) and len(bare.strip("()[] .")) == 1:
            continue
        found += _value_guards(bare, task, places) or _formula_guards(bare, task) or _word_guards(bare, task)
    return found


def _choice_guards(answer: str, choices: Mapping[str, str], task: Reply) -> list[Guard]:
    if len(choices) < 2:
        return []
    lettered = _LETTER.match(answer.strip())
    letter = lettered[1].upper() if lettered and lettered[1].upper() in choices else None
    if letter is None:
        said = letters(plain(answer)).strip()
        letter = next((key for key, text in choices.items() if letters(plain(text)).strip() == said), None)
    if letter is None:
        return []
    return [*_word_guards(choices[letter], task), Choice(letter, choices)]


def _value_guards(answer: str, task: Reply, places: frozenset[int]) -> list[Guard]:
    """Guards of an answer that is one number or several; none when it is anything else."""
    text = letters(plain(answer))
    spoken = in_digits(text)
    sides = [side.strip() for side in spoken.split("=")]
    for side in (*sides[::-1], spoken):
        if not side or not re.search(r"\d|pi", side):
            continue
        if re.fullmatch(r"[\d\s.,+\-*/^()!%pisqrt]+", side):
            try:
                value = value_of(re.sub(r"(?<=\d),(?=\d{3}\b)", "", side).replace(",", "."))
            except NoExpression:
                pass
            else:
                return [Number(Quantity(value, 0, 0, base=value), task, places)]
        found = quantities(side)
        rest = side
        for quantity in found:
            rest = rest.replace(side[quantity.start : quantity.end], " ", 1)
        rest = re.sub(
            r"[a-z]_?\d?\s*=|\b(?:and|or|und|oder|y|o|et|ou|e|или|и|about|approximately|approx)\b|[,;=±]", " ", rest
        )
        if (
            found
            and not re.search(r"[a-z*/^+]", re.sub(r"[^\W\d_]{3,}", "", rest))
            and not content_words(rest)
            and len(found) <= 4
        ):
            return [Number(quantity, task, places) for quantity in found]
    return []


def _formula_guards(answer: str, task: Reply) -> list[Guard]:
    text = plain(answer)
    names = "".join(sorted(set(re.findall(r"(?<![A-Za-z])[a-zA-Z](?![A-Za-z])", text))))
    sides = [side.strip() for side in text.split("=")]
    side = sides[-1] if len(sides) > 1 and sides[-1] else text
    squashed = _squash(side)
    if names and any(sign in side for sign in "+-*/^("):
        try:
            value_of(side, dict.fromkeys(names, 1.5))
        except NoExpression:
            pass
        else:
            return [_Formula(side, names, task)]
    if (
        re.fullmatch(r"[A-Za-z0-9()+\-]{2,}", squashed)
        and re.search(r"\d", squashed)
        and re.search("[A-Za-z]", squashed)
    ):
        return [_Literal(squashed)]
    return []


def _word_guards(answer: str, task: Reply) -> list[Guard]:
    if _UNSPACED.search(answer):
        return [Unspaced(letters(plain(answer)).strip(), task)]
    words = list(dict.fromkeys(content_words(answer))) or letters(plain(answer)).split()
    own = [word for word in words if not any(alike(word, other) for other in task.words)]
    if not words:
        return []
    if len(words) > FEW_WORDS:
        return [Statement(own or words, bool(own))]
    named = re.findall(r"[A-ZÀ-ÖØ-ÞА-Я]\w{3,}", answer) if len(words) > 1 else []
    return [Words(own or words, told_only=not own, any_of=len(named) == len(words))]


def _squash(text: str) -> str:
    return re.sub(r"[\s*^{}()]+", "", text)


class _Formula:
    kind = "formula"

    def __init__(self, formula: str, names: str, task: Reply) -> None:
        self._names = names + names.swapcase()
        self._values = _at_points(formula, names)
        self._signature = sorted(_squash(formula).casefold())
        self._task = _squash(task.plain).casefold()
        self._in_task = any(_at_points(e, names) == self._values for e in expressions(task.plain, self._names))

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        for expression in (*expressions(reply.plain, self._names), *expressions(reply.spoken, self._names)):
            squashed = _squash(expression).casefold()
            if squashed in self._task:
                continue
            if sorted(squashed) == self._signature:
                return True
            if not self._in_task and self._values is not None and _at_points(expression, self._names) == self._values:
                return True
        return False


def _at_points(expression: str, names: str) -> tuple[float, ...] | None:
    """Return what it comes to at a few points; equal formulas come to the same."""
    found = []
    for point in _POINTS:
        places = {name: point + 0.37 * (ord(name.casefold()) % 31) for name in names}
        try:
            found.append(round(value_of(expression, places), 6))
        except NoExpression:
            return None
    return tuple(found)


class _Literal:
    """Signs that mean something together, such as H2O."""

    kind = "formula"

    def __init__(self, squashed: str) -> None:
        self._pattern = re.compile(rf"(?<![A-Za-z0-9]){r'[_^{} ]*'.join(map(re.escape, squashed))}(?![A-Za-z0-9])")

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        return self._pattern.search(reply.plain) is not None
