"""What of a reply gives one answer away, by the answer's form: a number, words, a choice, a formula, a verdict."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from clara.tutor.expressions import NoExpression, expressions, value_of
from clara.tutor.number_words import in_digits
from clara.tutor.plain import letters, plain
from clara.tutor.quantities import Quantity, close, quantities, same
from clara.tutor.replies import Reply, content_words, verdict_of
from clara.tutor.spellings import backwards, first_letters, shifted, spelled
from clara.tutor.told import (
    ASSENT,
    DIGIT,
    DISSENT,
    GENERIC,
    HANDLED,
    HAS,
    LETTER,
    PLACE,
    RESULT,
    REVERSED,
    TOLD,
)

FEW_WORDS = 3
COVERED = 0.6
"""Of a longer answer's words, that give it away."""
SMALL = 3
"""Numbers up to this, in words, are told only where a result is told: "two steps" is no answer."""
_STEPS = 9
_LEAD = re.compile(
    r"^\W*(?:the |my )?(?:final |right |correct )?(?:answer|result|solution|antwort|lösung|respuesta|réponse|risposta|"
    r"resposta|antwoord|ответ|答案|答え)\W*(?:is|ist|es|est|è|é|:|=|は|是)?\s*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"^\W*(?:option|choice|answer)?\W*([A-Ha-h])(?:\W+(.*))?$", re.DOTALL)
_OPTION = re.compile(r"(?:^|\s|[;,])\(?([A-Ha-h])[).:]\s*(.+?)(?=\s*(?:[;,]?\s\(?[A-Ha-h][).:]\s|$))", re.DOTALL)
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e01-\u0e4e]")
_POINTS = (1.7320508, 2.2360679, 0.5772156)
_ROMAN = re.compile(r"\b(?=[IVXLCDM]{2,})(?:M{0,3})(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_DIGIT_RUN = re.compile(
    r"(?<![\d.,])\d(?:[\s,;:|/\"'-]*(?:and then|followed by|and|then|dann|und|puis|et|luego|poi|depois|затем|и)?"
    r"[\s,;:|/\"'-]+(?:an? )?\d(?![\d.]\d))+(?!\d)"
)


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
            found.append(_Verdict(verdict))
            continue
        found += _choice_guards(bare, choices, task)
        if found and isinstance(found[-1], _Choice) and len(bare.strip("()[] .")) == 1:
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
    return [*_word_guards(choices[letter], task), _Choice(letter, choices)]


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
                return [_Number(Quantity(value, 0, 0, base=value), task, places)]
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
            return [_Number(quantity, task, places) for quantity in found]
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
        return [_Unspaced(letters(plain(answer)).strip(), task)]
    words = list(dict.fromkeys(content_words(answer))) or letters(plain(answer)).split()
    own = [word for word in words if not any(alike(word, other) for other in task.words)]
    if not words:
        return []
    if len(words) > FEW_WORDS:
        return [_Statement(own or words, bool(own))]
    named = re.findall(r"[A-ZÀ-ÖØ-ÞА-Я]\w{3,}", answer) if len(words) > 1 else []
    return [_Words(own or words, told_only=not own, any_of=len(named) == len(words))]


def alike(word: str, other: str) -> bool:
    """Are both forms of one word, or one of them a slip of the pen?"""
    if word == other or other in (word + "s", word + "es", word + "n", word + "en"):
        return True
    longer = max(len(word), len(other))
    if longer < 5:
        return False
    if len(word) >= 6 and word in other:
        return True
    head = _common(word, other)
    if head >= 4 and head >= 0.75 * longer and abs(len(word) - len(other)) <= 4:
        return True
    if len(word) < 7 or abs(len(word) - len(other)) > 1:
        return False
    both = head + _common(word[head:][::-1], other[head:][::-1])
    return both >= longer - 1 or (both >= longer - 2 and sorted(word) == sorted(other))


def _common(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _squash(text: str) -> str:
    return re.sub(r"[\s*^{}()]+", "", text)


class _Number:
    kind = "number"

    def __init__(self, answer: Quantity, task: Reply, places: frozenset[int]) -> None:
        self._answer = answer
        self._places = places
        self._in_task = any(same(answer, given) for given in (*task.numbers, *task.spoken_numbers))
        self._given = {expression for expression, _ in task.values}
        self._task_text = re.sub(r"\s", "", task.spoken)
        value = abs(answer.value)
        whole = value == int(value) and value < 1e15
        self._digits = str(int(value)) if whole else f"{value:.10g}".replace(".", "")

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        return (
            any(self._tells(found, reply.text, spoken=False) for found in reply.numbers)
            or any(self._tells(found, reply.spoken, spoken=True) for found in reply.spoken_numbers)
            or any(self._works_out(expression, value) for expression, value in reply.values)
            or any(close(self._answer.value, value) for value in reply.round_about)
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
        """Backwards, or in Roman numerals."""
        value = self._answer.value
        for found in _ROMAN.finditer(reply.plain):
            if found[0] and not self._in_task and _roman(found[0]) == value:
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


class _Words:
    """A name or term. ``told_only``: the task names it, so only telling it as the result counts."""

    kind = "word"

    def __init__(self, words: Sequence[str], told_only: bool, any_of: bool) -> None:
        self._words = words
        self._told_only = told_only
        self._any = any_of
        self._joined = "".join(words)

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        if self._told_only:
            return any(self._told_in(sentence) for sentence in reply.sentences)
        test = any if self._any else all
        if test(any(alike(word, other) for other in earlier.words) for word in self._words) and any(
            alike(word, other) for word in self._words for other in reply.words
        ):
            return True
        return any(self._hidden(word, earlier) for word in {self._joined, *self._long()}) or self._by_letter(reply)

    def _long(self) -> Sequence[str]:
        return [word for word in self._words if len(word) >= 4] if self._any or len(self._words) == 1 else ()

    def _told_in(self, sentence: str) -> bool:
        words = re.findall(r"[^\W_]+", sentence)
        for found in re.finditer(r"[^\W_]+", sentence):
            if not any(alike(word, found[0]) for word in self._words):
                continue
            following = sentence[found.end() : found.end() + 30]
            asked = re.match(r"\s*(?:or|oder|o|ou|of|или)\b", following) or re.search(
                r"(?:\bor|\boder|\bou|\bили|whether|\bif)\s+(?:\w+\s+)?$", sentence[: found.start()]
            )
            if len(words) <= 2 or (not asked and TOLD.search(sentence[max(0, found.start() - 40) : found.start()])):
                return True
            if re.match(r"\s+(?:is|ist|es|est|è|é)\s+(?:the\s+)?(?:answer|correct|right|richtig|it\b)", following):
                return True
        return False

    def _hidden(self, word: str, reply: Reply) -> bool:
        if len(word) < 3:
            return False
        text = reply.text
        return (
            spelled(word, text)
            or (len(word) >= 4 and (backwards(word, text) or shifted(word, text)))
            or first_letters(word, text)
        )  # fmt: skip

    def _by_letter(self, reply: Reply) -> bool:
        """ "The first letter is p": letter by letter the learner would have it."""
        if len(self._joined) < 3:
            return False
        for sentence in reply.sentences:
            if LETTER.search(sentence):
                named = re.findall(r"(?<![^\W_])['\"(]?([^\W\d_])['\")]?(?![^\W_']|')", sentence)
                if set(named) - {"a", "i"} & set(self._joined) - {"a", "i"}:
                    return True
                if re.search(rf"with\W+{re.escape(self._joined[:2])}", sentence):
                    return True
        return False


class _Unspaced:
    """A term in a script without blanks."""

    kind = "word"

    def __init__(self, term: str, task: Reply) -> None:
        self._term = re.sub(r"\s+", "", term)
        self._told_only = self._term in task.text

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        text = re.sub(r"[\s\-.,·、。・]+", "", reply.text)
        at = text.find(self._term)
        while at >= 0:
            if not self._told_only or TOLD.search(text[max(0, at - 20) : at]) or len(text) <= len(self._term) + 3:
                return True
            at = text.find(self._term, at + 1)
        return not self._told_only and len(self._term) > 1 and self._term[::-1] in text


class _Statement:
    """A sentence or more: given away by most of what the task doesn't say itself."""

    kind = "statement"

    def __init__(self, words: Sequence[str], own: bool) -> None:
        self._words = words
        self._share = COVERED if own else 0.9

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        said = set(reply.words)
        covered = sum(any(alike(word, other) for other in said) for word in self._words)
        return covered >= max(min(2, len(self._words)), self._share * len(self._words))


class _Choice:
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


def _letters_named(text: str, wanted: Collection[str]) -> set[str]:
    """Return the choices that a text names by their letters; "A" and "I" also are words."""
    found = set()
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


class _Verdict:
    """Yes or no, true or false."""

    kind = "verdict"

    def __init__(self, verdict: bool) -> None:
        words = letters(ASSENT if verdict else DISSENT)
        told = "answer|statement|claim|antwort|aussage|respuesta|reponse|risposta|resposta|antwoord|ответ|答案|答え"
        self._first = re.compile(rf"^\W*(?:{words})(?![^\W_])\W*(?:$|[,!:-])")
        self._told = re.compile(rf"(?:{told})\W+(?:\w+\W+){{0,3}}(?:{words})(?![^\W_])|^\W*(?:{words})\W*$")
        self._judged = re.compile(
            rf"\b(?:it|that|this|statement|das|c'est|eso)\s+(?:is|ist|es|est)\s+(?:{words})(?![^\W_])"
        )

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        return any(
            pattern.search(sentence)
            for sentence in reply.sentences
            for pattern in (self._first, self._told, self._judged)
        )
