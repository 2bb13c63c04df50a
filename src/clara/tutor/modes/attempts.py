# ruff: noqa: E501
"""Did the learner try? Told by rules, so that no claim, plea or instruction moves the tutor on."""

import re
from collections.abc import Sequence
from enum import StrEnum

from clara.tutor.leaks.expressions import expressions
from clara.tutor.leaks.number_words import in_digits
from clara.tutor.leaks.plain import WORD, letters, plain
from clara.tutor.leaks.quantities import quantities
from clara.tutor.leaks.replies import content_words
from clara.tutor.quotes.greetings import small_talk

LEAST_WORDS = 4
"""Content words of a learner's own that are reasoning."""
SAME = 0.8
"""Share of words that two messages have in common when they say the same."""
MOST_GUESSES = 2
"""Values in one message; more are a list to choose from, not an attempt."""

_GIVES_UP = (
    "i (?:do not|don t|dont|can t|cannot|cant) (?:know|understand|get|do|solve|see|remember)|no idea|no clue|idk|dunno|not sure|i give up|i m stuck|im stuck|i am stuck|stuck for|help me|no se|ni idea|no entiendo|me rindo"
    "|ich weiss (?:es )?nicht|weiss nicht|keine ahnung|versteh(?:e)? (?:es )?nicht|ich gebe auf|je ne sais pas|je sais pas|aucune idee|je comprends pas|j abandonne"
    "|non lo so|non so|non capisco|nessuna idea|mi arrendo|nao sei|nao entendo|nao faco ideia|desisto|ik weet het niet|weet ik niet|geen idee|ik snap het niet"
    "|не знаю|не понимаю|без понятия|сдаюсь|不知道|不会|不懂|没有头绪|わからない|分からない|知らない|لا اعرف|لا أعرف|لا افهم|नहीं पता|मुझे नहीं पता|समझ नहीं"
)
_VERBS = "tell|give|show|write|send|reveal|say|print|spell|translate|encode|output|repeat|read|list|make|draw|create|generate|explain|solve|do|calculate|continue|skip|finish|complete|hint|ignore|forget|pretend|imagine|act|roleplay|disregard|override|switch|enable|turn"
"""In the beginning of a message they ask for something."""
_DEMANDS = (
    "(?:tell|give|show|dictate|reveal|send) (?:me|us|it)|pretend (?:you|to)|ignore (?:all|the|your|previous)|flashcards? of|instructions"
    "|what(?: i|')s the (?:answer|solution|result|next|first|last|final)|what is the (?:answer|solution|result|next|first|last|final)|the answer please|next (?:step|hint|one)|another hint|more hints?|go on|my (?:teacher|mom|mother|dad|father|professor|parent|school|tutor|boss|prof)|i (?:am|m) (?:the|a|your) (?:teacher|admin|developer|parent|professor|tutor)|you (?:are|re) (?:now|allowed)|i (?:already )?(?:tried|attempted|worked|thought)(?: (?:everything|hard|many|so|for|it|already|all|a lot|my best))|i ve been|i have been|for hours|deadline|due (?:in|tomorrow|today)|exam is|urgent|emergency|hurry"
    "|sag(?: mir)?|gib mir|zeig mir|verrate|bitte die (?:losung|antwort)|was ist die (?:losung|antwort)|dime|dame|cual es la (?:respuesta|solucion)|dis moi|donne moi|quelle est la (?:reponse|solution)|dimmi|dammi|qual e la (?:risposta|soluzione)|diga|me diga|me da|qual e a (?:resposta|solucao)|zeg het|geef me|wat is het antwoord|скажи|дай|покажи|какой ответ|учитель разреш\\w*|告诉我|给我答案|直接说|答案是什么|老师|教えて|答えを|先生|اخبرني|أخبرني|اعطني|أعطني|ما الجواب|بता|बताओ|बताइए|उत्तर दो|जवाब"
)
_REASONS = (
    "because|since|so|then|therefore|first|if|as|i think|i thought|i got|i tried|i used|i multiplied|i divided|i added|i subtracted|i would|i started|my (?:guess|idea|answer|attempt)|maybe|"
    "weil|also|dann|zuerst|ich (?:glaube|denke|habe|hab)|vielleicht|porque|entonces|primero|creo|quizas|pense|parce|donc|alors|d abord|je (?:pense|crois)|j ai|peut etre|perche|quindi|allora|prima|penso|forse|entao|primeiro|acho|talvez|omdat|dus|eerst|ik (?:denk|heb)|misschien|потому|значит|сначала|думаю|наверное|因为|所以|我觉得|我认为|先|から|だから|まず|思う|と思います|لان|لأن|اذن|أعتقد|اعتقد|क्योंकि|इसलिए|पहले|लगता"
)
_GAVE_UP = re.compile(rf"(?<![^\W_])(?:{_GIVES_UP})")
_POLITE = "please|pls|ok|okay|hey|well|but|and|so|just|now|simply|can you|could you|would you|will you|can u|you (?:can|must|should)"
_DEMANDED = re.compile(rf"^(?:(?:{_POLITE}) )*(?:{_VERBS})(?![^\W_])|(?<![^\W_])(?:{_DEMANDS})")
_REASONED = re.compile(rf"(?<![^\W_])(?:{_REASONS})(?![^\W_])")
_GUESSES = re.compile(
    r"^(?:(?:is|was|are) (?:it|that|this|the answer)|ist es|ist das|es|est ce(?: que c est)?|c est|e|sera|это|是|それは|هل هو|क्या)\b|^(?:it|that|x|y) (?:is|must be|equals)|^(?:i think|maybe|perhaps|my (?:answer|guess) is|vielleicht|ich (?:denke|glaube)|creo|je (?:pense|crois)|penso|acho|ik denk|думаю|наверное)\b|="
)


_FILLERS = frozenset(
    [
        "hm",
        "hmm",
        "hmmm",
        "uh",
        "um",
        "huh",
        "eh",
        "ah",
        "oh",
        "lol",
        "haha",
        "yes",
        "no",
        "yeah",
        "nope",
        "ja",
        "nein",
        "si",
        "oui",
        "non",
        "sim",
        "nao",
        "да",
        "нет",
        "是",
        "不",
        "はい",
        "いいえ",
        "نعم",
        "لا",
        "हाँ",
        "नहीं",
    ]
)


class Attempt(StrEnum):
    """What of an attempt a message is. A guess is a value, term or choice and no more."""

    NONE = "none"
    GUESS = "guess"
    REASONED = "reasoned"


def judge(message: str, task: str, earlier: Sequence[str] = ()) -> Attempt:
    """Return whether a message proposes a value, a choice, a step or a reason of the learner's own about the task.

    ``earlier`` are the learner's messages about it; the same again is no attempt, nor are the task's own words.
    """
    text = _flat(message)
    if (
        not text
        or text in _FILLERS
        or small_talk(message) is not None
        or any(_says_same(text, _flat(said)) for said in (*earlier, task))
    ):
        return Attempt.NONE
    values = _values(message, task)
    if len(values) > MOST_GUESSES:
        return Attempt.NONE if not _has_step(message, task) else Attempt.REASONED
    own = _own_words(message, (task, *earlier))
    pleads = _GAVE_UP.search(text) is not None or _DEMANDED.search(text) is not None
    step = _has_step(message, task)
    if step and not (pleads and len(text.split()) > 12):
        return Attempt.REASONED if step and not _is_bare(message) else Attempt.GUESS
    if pleads:
        return Attempt.NONE
    reasons = _REASONED.search(text) is not None
    if (reasons and len(own) >= LEAST_WORDS - 1) or (
        len(own) >= 2 * LEAST_WORDS and not message.rstrip().endswith(("?", "？"))
    ):
        return Attempt.REASONED
    return Attempt.GUESS if values or _is_term(message, text, own) else Attempt.NONE


def asks_for_help(message: str) -> bool:
    """Does the message ask for something, rather than answer?"""
    return message.rstrip().endswith(("?", "？", "؟")) or _DEMANDED.search(_flat(message)) is not None


def proposals(message: str) -> int:
    """Return how many alternatives a message names."""
    parts = [
        part
        for part in re.split(r"[,;/\n]|\b(?:or|oder|o|ou|of|или|或|または|أو|या)\b", letters(plain(message)))
        if part.strip()
    ]
    return max(len(parts), len({round(q.value, 9) for q in quantities(in_digits(letters(plain(message))))}))


def _flat(text: str) -> str:
    return " ".join(WORD.findall(letters(plain(text)))) or text.strip()


def _says_same(text: str, other: str) -> bool:
    mine, theirs = set(text.split()), set(other.split())
    if not theirs:
        return False
    return text == other or len(mine & theirs) / len(mine | theirs) >= SAME


def _values(message: str, task: str) -> set[float]:
    """Return the numbers that the task doesn't give."""
    given = {q.value for q in quantities(in_digits(letters(plain(task))))}
    return {q.value for q in quantities(in_digits(letters(plain(message))))} - given


def _has_step(message: str, task: str) -> bool:
    """An equation or a calculation that isn't the task's."""
    text, given = plain(message), re.sub(r"\s", "", plain(task))
    sides = re.findall(r"[^=\n]*[\w)]\s*=\s*[\w(.-][^=\n]*", text)
    if any(re.sub(r"\s", "", side) not in given and re.search(r"\d|\b[a-z]\b", side) for side in sides):
        return True
    found = {expression.replace(" ", "") for expression in expressions(text, "abcnxyz")}
    return any(expression not in given and len(re.findall(r"\d+|[a-z]", expression)) > 1 for expression in found)


def _is_bare(message: str) -> bool:
    """ "x = 4" and no more: a guess, whatever it looks like."""
    return (
        re.fullmatch(
            r"\W*(?:(?:is|it|maybe|the answer)\s+)*[A-Za-z]?\s*=?\s*-?[\d.,/]+\s*[A-Za-z°%]{0,3}\W*", plain(message)
        )
        is not None
    )


def _own_words(message: str, given: Sequence[str]) -> set[str]:
    known = {word for text in given for word in content_words(text)}
    return set(content_words(message)) - known


def _is_term(message: str, text: str, own: set[str]) -> bool:
    """A name or a choice by itself, or asked about: "mitochondria", "B", "is it B?"."""
    words = text.split()
    if _GUESSES.search(text) and 1 <= len(words) <= 9 and (own or re.search(r"\b[a-h]\b", text)):
        return True
    if len(words) == 1 and len(text) == 1 and text.isalpha():
        return True
    return 1 <= len(words) <= LEAST_WORDS and bool(own) and not message.rstrip().endswith(("?", "？", "!"))
