"""/v1/ui/chat: a chat as the Vercel AI SDK's useChat speaks it (UI message stream, version 1)."""

import mimetypes
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from clara.api.context import context_of
from clara.api.deps import CallerDep, Services, ServicesDep
from clara.api.policy import allow
from clara.api.problems import as_clara_error, problem_responses
from clara.api.refusing import require_budget
from clara.api.routes import router
from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.ui import UiChatRequest
from clara.api.streams import EVENT_STREAM, Data, Dialect, EventStream, Sendable
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound
from clara.ops.limits import Rate
from clara.tutor.events import (
    ArtifactEvent,
    CitationEvent,
    Cited,
    DoneEvent,
    ErrorEvent,
    TextEvent,
    ToolEvent,
    TutorEvent,
    UsageEvent,
)
from clara.tutor.turns.beginning import Again, Turn
from clara.tutor.turns.tape import Numbered

routes = router("Vercel AI SDK")

HEADERS = {"x-vercel-ai-ui-message-stream": "v1"}
_FINISH = {"end": "stop", "length": "length", "refusal": "content-filter", "stopped": "other", "broken": "error"}
_IDLE: dict[int | str, dict[str, Any]] = {204: {"description": "No answer is being written."}}


class End:
    """The last event of a stream."""

    def encode(self) -> bytes:
        return b"data: [DONE]\n\n"


def _failed(detail: str) -> bytes:
    return Data({"type": "error", "errorText": detail}).encode() + End().encode()


DIALECT = Dialect(
    lambda error, request_id: _failed(as_clara_error(error).detail),
    lambda reason: _failed("The stream ended early, and the answer is being written: load the conversation again."),
)


@routes.post(
    "/v1/ui/chat",
    response_class=StreamingResponse,
    responses=problem_responses(NotFound, Conflict) | EVENT_STREAM,
)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def chat_in_ui(request: Request, caller: CallerDep, services: ServicesDep, body: UiChatRequest) -> Response:
    """Ask, ask again or change a question, as `DefaultChatTransport` says it.

    What is known here of the conversation counts, and not the messages that are sent; one that isn't known is opened,
    and filled from them. The answer is written and stored even when nobody listens to its end.
    """
    turn = await _begin(services, caller.owner_id, body)
    running = services.tutor.start(turn)
    await require_budget(running, services.budget)
    return _stream(request, services, turn, running.tape.listen())


@routes.get(
    "/v1/ui/chat/{chat_id}/stream",
    response_class=StreamingResponse,
    responses=problem_responses(NotFound) | EVENT_STREAM | _IDLE,
)
@allow(Scope.TUTOR)
async def resume_in_ui(request: Request, caller: CallerDep, services: ServicesDep, chat_id: str) -> Response:
    """Listen to the answer that is being written in a conversation, from its beginning.

    204 when none is, and for a conversation that isn't known (yet).
    """
    try:
        chat = await services.conversations.get(caller.owner_id, chat_id)
        turn = await services.tutor.find(caller.owner_id, chat_id, chat.turn_id or "")
    except NotFound:
        return Response(status_code=204)
    return _stream(request, services, turn, services.tutor.follow(turn))


async def _begin(services: Services, owner_id: str, body: UiChatRequest) -> Turn:
    question = body.question()
    again = body.trigger == "regenerate-message"
    if again or body.message_id is not None:
        known = await services.conversations.question_ids(owner_id, body.id)
        message_id = _meant(body, known, again)
        if message_id is not None:
            changed = None if again else question
            return await services.tutor.begin_again(
                Again(owner_id, body.id, message_id, changed, body.folder_id, body.mode)
            )
    return await services.tutor.begin(
        owner_id, body.id, question, body.folder_id, body.history(), create=True, mode=body.mode
    )


def _meant(body: UiChatRequest, known: dict[str, str], again: bool) -> str | None:
    """Return the id of the question that is meant, of those that are ``known`` by their own and their answers' ids.

    The client's own ids aren't known here: then it is told by its place among those that were sent.
    """
    questions = list(dict.fromkeys(known.values()))
    if body.message_id in known:
        return known[body.message_id]
    if body.messages and body.questions <= len(questions):
        return questions[body.questions - 1]
    return questions[-1] if again and questions else None


def _stream(request: Request, services: Services, turn: Turn, events: AsyncIterator[Numbered]) -> EventStream:
    return EventStream(
        _sent(request, services, turn, events),
        drain=services.drain,
        dialect=DIALECT,
        max_life_s=services.settings.http.stream_max_life_s,
        headers=HEADERS,
    )


async def _sent(
    request: Request, services: Services, turn: Turn, events: AsyncIterator[Numbered]
) -> AsyncIterator[Sendable]:
    chunks = Chunks(turn)
    yield Data(chunks.start())
    async for heard in events:
        if isinstance(heard.event, ErrorEvent):
            context_of(request.scope).refusal = heard.event.code
        if isinstance(heard.event, DoneEvent) and not chunks.whole:
            # Some of it is gone with a file that was deleted: what is stored is shown at once.
            owner_id, message_id = turn.question.owner_id, heard.event.message_id
            stored = await services.conversations.message(owner_id, turn.conversation.id, message_id)
            for chunk in chunks.text(stored.content):
                yield Data(chunk)
        for chunk in chunks.of(heard):
            yield Data(chunk)
    yield End()


class Chunks:
    """A turn's events as chunks of a UI message. ``whole``: none is missing so far."""

    def __init__(self, turn: Turn) -> None:
        self.whole = True
        self._turn = turn
        self._number = 0
        self._texts = 0
        self._open = False
        self._usage = UsageEvent(0, 0)

    def start(self) -> dict[str, Any]:
        metadata = {"turn_id": self._turn.id, "question_id": self._turn.question_id}
        return {"type": "start", "messageId": self._turn.message_id, "messageMetadata": metadata}

    def of(self, heard: Numbered) -> Iterator[dict[str, Any]]:
        self.whole = self.whole and heard.number == self._number + 1
        self._number = heard.number
        if self.whole or heard.last:
            yield from self._of(heard.event)

    def text(self, text: str) -> Iterator[dict[str, Any]]:
        if not self._open:
            self._texts += 1
            self._open = True
            yield {"type": "text-start", "id": self._id}
        yield {"type": "text-delta", "id": self._id, "delta": text}

    @property
    def _id(self) -> str:
        return f"text-{self._texts}"

    def _end_text(self) -> Iterator[dict[str, Any]]:
        if self._open:
            self._open = False
            yield {"type": "text-end", "id": self._id}

    def _of(self, event: TutorEvent) -> Iterator[dict[str, Any]]:
        match event:
            case TextEvent(text):
                yield from self.text(text)
            case CitationEvent(cited):
                yield _source(cited)
            case ToolEvent():
                yield {"type": "data-tool", "data": asdict(event), "transient": True}
            case ArtifactEvent():
                yield from self._end_text()
                yield {"type": "data-artifact", "id": event.set_id, "data": asdict(event)}
            case UsageEvent():
                self._usage = event
            case ErrorEvent():
                yield from self._end_text()
                yield {"type": "error", "errorText": event.detail}
            case DoneEvent():
                yield from self._end_text()
                metadata = {"covered": event.covered, "ended": event.ended, "usage": asdict(self._usage)}
                yield {"type": "finish", "finishReason": _FINISH[event.ended], "messageMetadata": metadata}


def _source(cited: Cited) -> dict[str, Any]:
    citation = CitationAnswer.of(cited).model_dump(mode="json")
    page = "" if cited.page_from is None else f", page {cited.page_from}"
    return {
        "type": "source-document",
        "sourceId": f"{cited.file_id}-{cited.n}",
        "mediaType": mimetypes.guess_type(cited.file_name)[0] or "text/plain",
        "title": f"[{cited.n}] {cited.file_name}{page}",
        "filename": cited.file_name,
        "providerMetadata": {"clara": citation},
    }
