"""What a recogniser should expect: the learner's language, and the rare words of what they talk about."""

import asyncio
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from clara.core.errors import ClaraError
from clara.core.ids import NO_FOLDER
from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.search import SearchEngine
from clara.rag.stopwords import stop_words
from clara.store.conversations import get_conversation, list_messages
from clara.store.database import Tx
from clara.study.material import Gatherer, Material
from clara.study.scope import Scope

log = structlog.get_logger()

MOST_TERMS = 60
"""Some 600 characters, which is what Whisper reads of a prompt."""
READ_CHARS = 40_000
"""Of the material, spread over all of it."""
WAIT_S = 1.5
"""A session opens without, rather than later."""
_LAST = 8
_WORD = re.compile(r"[^\W\d_]{5,}(?:-[^\W\d_]{3,})*")
_HEADING = 3
"""A word in a heading counts so often."""


@dataclass(frozen=True, slots=True)
class Primed:
    """``language`` is a guess (ISO 639-1), None where there is nothing to go by."""

    language: str | None = None
    terms: Sequence[str] = ()


class Priming:
    """Looks into one learner's material at a time."""

    def __init__(self, search: SearchEngine) -> None:
        self._search = search
        self._gatherer = Gatherer(search)

    async def prime(self, owner_id: str, conversation_id: str, folder_id: str | None) -> Primed:
        """Return what a session on a folder (None: the conversation's) should expect; nothing where that fails."""
        try:
            async with asyncio.timeout(WAIT_S):
                spoken, folder = await self._search.database.read(
                    lambda tx: _of_conversation(tx, owner_id, conversation_id, folder_id)
                )
                material = await self._gather(owner_id, folder)
                if material is None:
                    return Primed(spoken)
                return Primed(spoken or _known(material.language), await self._rare(owner_id, material))
        except (ClaraError, TimeoutError) as error:
            log.info("voice.not_primed", error=type(error).__name__)
            return Primed()

    async def _gather(self, owner_id: str, folder_id: str | None) -> Material | None:
        try:
            return await self._gatherer.gather(owner_id, Scope(folder_id=folder_id), READ_CHARS)
        except ClaraError as error:
            if error.problem_code != "no_material":
                raise
            return None

    async def _rare(self, owner_id: str, material: Material) -> Sequence[str]:
        words = await asyncio.to_thread(_words_of, material)
        hashes = {word: self._search.tokenizer.terms(word, material.language) for word in words}
        size, holders = await self._gatherer.rarity(owner_id, [found[0] for found in hashes.values() if found])
        worth: dict[str, float] = {}
        for word, found in hashes.items():
            if found:
                rarity = math.log((size + 1) / (holders[found[0]] + 0.5))
                worth[word] = math.log1p(words[word]) * max(0.0, rarity) * min(len(word), 12)
        return sorted(worth, key=lambda word: (-worth[word], word))[:MOST_TERMS]


def _of_conversation(
    tx: Tx, owner_id: str, conversation_id: str, folder_id: str | None
) -> tuple[str | None, str | None]:
    """Return the language that the learner last wrote or spoke in, and the folder that is talked about."""
    conversation = get_conversation(tx, owner_id, conversation_id) if conversation_id else None
    if conversation is None:
        return None, None if folder_id == NO_FOLDER else folder_id
    folder_id = folder_id or conversation.folder_id
    last = list_messages(tx, owner_id, conversation.id, last=_LAST)
    asked = [part.get("text", "") for message in last if message.role == "user" for part in message.parts]
    return _known(detect_language(" ".join(asked))), None if folder_id == NO_FOLDER else folder_id


def _known(language: str) -> str | None:
    return None if language == UNKNOWN else language


def _words_of(material: Material) -> Mapping[str, int]:
    """Return the words that may be rare, as they are mostly written, with how often they are said."""
    common = stop_words(material.language)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for passage in material.passages:
        for word in _WORD.findall(passage.text):
            forms[word.casefold()][word] += 1
        for word in _WORD.findall(passage.heading.replace(HEADING_SEPARATOR, " ")):
            forms[word.casefold()][word] += _HEADING
    return {
        counted.most_common(1)[0][0]: counted.total()
        for key, counted in forms.items()
        if key not in common and counted.total() > 1
    }
