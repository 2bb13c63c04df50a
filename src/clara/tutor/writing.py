"""An answer as a model writes it: its text made fit to show, its marks checked and numbered, as events."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from clara.rag.languages import UNKNOWN, detect_language
from clara.tutor.claims import Claims
from clara.tutor.events import AnswerEvent, CitationEvent, Cited, TextEvent
from clara.tutor.markup.marks import Mark
from clara.tutor.markup.passing import Token
from clara.tutor.markup.scanning import Scanner
from clara.tutor.material import Material
from clara.tutor.verifying import Claim, verify

OnMark = Callable[[str], None]

_ENOUGH_TO_TELL = 4000
_LEAST_TO_TELL = 60


class Writing:
    """Text goes in as it comes, events come out. ``on_mark`` hears of each mark: "shown", or why it was dropped."""

    def __init__(
        self,
        material: Material,
        language: str,
        *,
        hosts: Collection[str] = (),
        on_mark: OnMark = lambda outcome: None,
        on_stripped: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self.cited: list[Cited] = []
        self._material = material
        self._language = language
        self._on_mark = on_mark
        self._scanner = Scanner(material.has, hosts, on_stripped)
        self._claims = Claims()
        self._texts: list[str] = []
        self._wrote = False
        self._broken = False

    @property
    def text(self) -> str:
        """What was shown so far."""
        return "".join(self._texts)

    @property
    def wrote(self) -> bool:
        """Was anything shown but blanks?"""
        return self._wrote

    def pause(self) -> None:
        """The model does something else; what it writes after that is a new paragraph."""
        self._broken = self.wrote

    async def hear(self, delta: str) -> Sequence[AnswerEvent]:
        """Take a piece of the model's text; return what can be shown by now."""
        if self._broken:
            self._broken = False
            delta = f"\n\n{delta.lstrip()}"
        return await self._events(self._scanner.feed(delta))

    async def end(self) -> Sequence[AnswerEvent]:
        """Return what was held back."""
        return await self._events(self._scanner.end())

    async def _events(self, tokens: Sequence[Token]) -> Sequence[AnswerEvent]:
        events: list[AnswerEvent] = []
        for token in tokens:
            if isinstance(token, Mark):
                events += await self._mark(token)
            else:
                self._texts.append(token)
                self._wrote = self._wrote or not token.isspace()
                self._claims.say(token)
                events.append(TextEvent(token))
        return events

    async def _mark(self, mark: Mark) -> list[AnswerEvent]:
        if mark.problem:
            self._on_mark(mark.problem)
            return []
        claim = Claim(self._claims.claim(), self._spoken(), (self._material.question.text,))
        events: list[AnswerEvent] = []
        numbers: dict[int, None] = {}
        for number, quote in mark.cites:
            cited = await self._verified(number, quote, claim)
            if cited is None:
                continue
            if cited.n > len(self.cited):
                self.cited.append(cited)
                events.append(CitationEvent(cited))
            numbers[cited.n] = None
        if numbers:
            shown = mark.blank + "".join(f"[{number}]" for number in numbers)
            self._texts.append(shown)
            self._wrote = True
            events.append(TextEvent(shown))
        return events

    async def _verified(self, number: int, quote: str, claim: Claim) -> Cited | None:
        """Return the citation of a quote, under its number if it was cited before; None if it doesn't hold."""
        if not self._material.has(number):
            self._on_mark("no_passage")
            return None
        material = self._material
        passage, search = material.passages[number - 1], material.search
        found = await verify(search.database, search.tokenizer, material.question.owner_id, passage, quote, claim)
        if not isinstance(found, Cited):
            self._on_mark(found.reason)
            return None
        self._on_mark("shown")
        place = (found.document_id, found.start, found.end)
        for known in self.cited:
            if (known.document_id, known.start, known.end) == place:
                return known
        return replace(found, n=len(self.cited) + 1)

    def _spoken(self) -> str:
        """Return the answer's language, told by what was written so far."""
        text = self.text[:_ENOUGH_TO_TELL]
        spoken = detect_language(text) if len(text) >= _LEAST_TO_TELL else UNKNOWN
        return self._language if spoken == UNKNOWN else spoken
