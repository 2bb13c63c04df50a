"""What gives a yes or no away: the word itself, or the question as a statement."""

import re

from clara.tutor.leaks.plain import WORD, letters
from clara.tutor.leaks.replies import Reply, content_words
from clara.tutor.leaks.told import ASSENT, DISSENT
from clara.tutor.leaks.word_guards import alike

_STATED = re.compile(r"[^.!?\n]+(?:[.!\n](?=\s|$)|$)")
_OPEN = re.compile(
    r"\b(?:whether|if|check|find|decide|show|ask|think|consider|suppose|would|could|might|may|why|how|when|what|which"
    r"|ob|wenn|pruf\w*|si|verifica|se|als|of|ли|если)\b"
)
_DENIED = re.compile(r"\b(?:not|no|never|isn't|aren't|doesn't|don't|can't|nicht|kein\w*|non|pas|nao|niet|не)\b")
_MOST_OF = 0.6


class Verdict:
    """Yes or no, true or false."""

    kind = "verdict"

    def __init__(self, verdict: bool, task: Reply) -> None:
        self._verdict = verdict
        self._asked = list(dict.fromkeys(content_words(task.plain)))
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
        ) or any(self._states(sentence[0]) for sentence in _STATED.finditer(reply.text))

    def _states(self, sentence: str) -> bool:
        """Is it the task's question as a statement: "7 is prime" for "Is 7 a prime number?"?"""
        words = WORD.findall(sentence)
        if len(self._asked) < 2 or len(words) > len(self._asked) + 6 or _OPEN.search(sentence):
            return False
        said = [any(alike(word, other) for other in words) for word in self._asked]
        if not said[0] or sum(said) < _MOST_OF * len(said):
            return False
        return (_DENIED.search(sentence) is None) == self._verdict
