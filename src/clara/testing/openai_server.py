"""A model server for tests: real HTTP on loopback, OpenAI's protocol, and answers that a test has scripted.

It checks what OpenAI checks of a conversation (every tool call is answered), notes what was asked, and whether the
client went away before the end.
"""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import uvicorn

from clara.testing.scripts import (
    Asked,
    ChatAnswer,
    ChatScript,
    Embed,
    EmbeddingAnswer,
    EmbeddingScript,
    Fail,
    Hang,
    Hear,
    HearingAnswer,
    HearingScript,
    Raw,
    Say,
    Speak,
    SpeakingAnswer,
    SpeakingScript,
    by_hand,
    vector_of,
)
from clara.testing.speech import Ear
from clara.testing.talking import form_of, hear, speak
from clara.testing.wire import chunks_of, completion_of, conversation_error

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

START_TIMEOUT_S = 10.0


class _Broken(Exception):
    """Makes the HTTP server drop the connection in the middle of an answer."""


class ScriptedServer:
    """Answers with what ``play`` queued, in order; when that is used up, with what ``otherwise`` says.

    ``asked`` are the requests so far, oldest first. ``models`` None accepts every model's name, ``key`` None every key.
    ``pages`` are what other paths answer, for protocols of other providers; of a list one after the other, the last for
    ever.
    """

    def __init__(
        self, otherwise: ChatScript = by_hand, models: Sequence[str] | None = None, key: str | None = None
    ) -> None:
        self.asked: list[Asked] = []
        self.otherwise = otherwise
        self.models = models
        self.key = key
        self.url = ""
        self.embed: EmbeddingScript = lambda asked: Embed()
        self.ear = Ear()
        self.hear: HearingScript = lambda asked: Hear()
        self.speak: SpeakingScript = lambda asked: Speak()
        self.pages: dict[str, Raw | list[Raw]] = {}
        self._chat: deque[ChatAnswer] = deque()
        self._embeddings: deque[EmbeddingAnswer] = deque()
        self._hearing: deque[HearingAnswer] = deque()
        self._speaking: deque[SpeakingAnswer] = deque()

    def play(self, *answers: ChatAnswer) -> None:
        """Queue answers to chat completions."""
        self._chat.extend(answers)

    def play_embeddings(self, *answers: EmbeddingAnswer) -> None:
        """Queue answers to embedding requests; when they are used up, ``embed`` says what to answer."""
        self._embeddings.extend(answers)

    def play_hearing(self, *answers: HearingAnswer) -> None:
        """Queue answers to transcription requests; when they are used up, ``hear`` says what to answer."""
        self._hearing.extend(answers)

    def play_speaking(self, *answers: SpeakingAnswer) -> None:
        """Queue answers to speech requests; when they are used up, ``speak`` says what to answer."""
        self._speaking.extend(answers)

    def asked_for(self, path: str) -> list[Asked]:
        """Return the requests to a path such as /chat/completions."""
        return [asked for asked in self.asked if asked.path == path]

    @property
    def environment(self) -> dict[str, str]:
        """What points Clara here."""
        return {
            "OPENAI_BASE_URL": self.url,
            "OPENAI_API_KEY": self.key or "scripted",
            "CLARA_CHAT_MODEL": f"openai:{self.models[0] if self.models else 'scripted'}",
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        body = await _body(receive)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = "/" + str(scope["path"]).removeprefix("/v1/").removeprefix("/")
        form = headers.get("content-type", "").startswith("multipart/form-data")
        try:
            parsed = form_of(headers["content-type"], body) if form else json.loads(body) if body else {}
        except ValueError:
            parsed = None
        asked = Asked(scope["method"], path, headers, parsed)
        self.asked.append(asked)
        leaving = asyncio.ensure_future(_until_gone(receive))
        answering = asyncio.ensure_future(self._answer(asked, send))
        try:
            await asyncio.wait({leaving, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                asked.ended = answering.exception() is None
                answering.result()
            else:
                asked.disconnected = True
        finally:
            for task in (leaving, answering):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, _Broken):
                    await task

    async def _answer(self, asked: Asked, send: Send) -> None:
        page = self.pages.get(asked.path)
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        refused = None if page else self._refusal(asked)
        if page is not None:
            await _misbehaved(page, send)
        elif refused is not None:
            await _send_error(send, refused)
        elif asked.path == "/models":
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "clara"} for name in self._listed]
            await _send_json(send, 200, {"object": "list", "data": models})
        elif asked.path == "/chat/completions":
            await _chat(self._chat.popleft() if self._chat else self.otherwise(asked), asked, send)
        elif asked.path == "/embeddings":
            await _embeddings(self._embeddings.popleft() if self._embeddings else self.embed(asked), asked, send)
        elif asked.path == "/audio/transcriptions":
            heard = self._hearing.popleft() if self._hearing else self.hear(asked)
            if not await _misbehaved(heard, send):
                assert isinstance(heard, Hear)
                await _send_json(send, 200, await hear(heard, asked, self.ear))
        elif asked.path == "/audio/speech":
            await _speech(self._speaking.popleft() if self._speaking else self.speak(asked), asked, send)
        else:
            await _send_error(send, Fail(404, f"Unknown request URL: {asked.path}", type="invalid_request_error"))

    @property
    def _listed(self) -> Sequence[str]:
        return ("scripted",) if self.models is None else self.models

    def _refusal(self, asked: Asked) -> Fail | None:
        kind = "invalid_request_error"
        if self.key is not None and asked.headers.get("authorization") != f"Bearer {self.key}":
            return Fail(401, "Incorrect API key provided.", "invalid_api_key", kind)
        if asked.method == "GET":
            return None
        if not isinstance(asked.body, dict) or not isinstance(asked.body.get("model"), str):
            return Fail(400, "The body must be a JSON object with a model.", None, kind)
        if self.models is not None and asked.body["model"] not in self.models:
            return Fail(404, f"The model `{asked.body['model']}` does not exist.", "model_not_found", kind)
        wrong = conversation_error(asked.body.get("messages")) if asked.path == "/chat/completions" else None
        return Fail(400, wrong, None, kind) if wrong else None


@contextlib.contextmanager
def scripted_server(
    otherwise: ChatScript = by_hand,
    *,
    port: int = 0,
    models: Sequence[str] | None = None,
    key: str | None = None,
) -> Iterator[ScriptedServer]:
    """Run a scripted server in a thread of its own until the block ends."""
    scripted = ScriptedServer(otherwise, models, key)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        scripted.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        config = uvicorn.Config(
            scripted,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="scripted", daemon=True)
        thread.start()
        try:
            _wait_until_started(server)
            yield scripted
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the scripted server did not come up")
        time.sleep(0.005)


async def _body(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chat(answer: ChatAnswer, asked: Asked, send: Send) -> None:
    if await _misbehaved(answer, send):
        return
    assert not isinstance(answer, Fail | Hang | Raw)
    if not asked.body.get("stream"):
        await asyncio.sleep(getattr(answer, "delay_s", 0))
        await _send_json(send, 200, completion_of(answer, asked))
        return
    await _start(send, 200, b"text/event-stream")
    if delay_s := getattr(answer, "delay_s", 0):
        await asyncio.sleep(delay_s)
    for sent, chunk in enumerate(chunks_of(answer, asked)):
        if isinstance(answer, Say):
            await _between(answer, sent)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


async def _between(answer: Say, sent: int) -> None:
    if answer.cut_after is not None and sent > answer.cut_after:
        raise _Broken
    if answer.hang_after is not None and sent > answer.hang_after:
        await asyncio.Event().wait()
    if sent and (answer.pause_s or sent % 32 == 0):
        # Also without a pause: what is sent to a client that has gone waits for nothing.
        await asyncio.sleep(answer.pause_s)


async def _embeddings(answer: EmbeddingAnswer, asked: Asked, send: Send) -> None:
    if await _misbehaved(answer, send):
        return
    assert isinstance(answer, Embed)
    await asyncio.sleep(answer.delay_s)
    given = asked.body["input"]
    texts = [given] if isinstance(given, str) else given
    dim = asked.body.get("dimensions") or answer.dim
    data = [
        {"object": "embedding", "index": at, "embedding": vector_of(text, dim)}
        for at, text in enumerate(texts[: len(texts) - answer.missing])
    ]
    used = sum(len(text.encode()) for text in texts) // 4
    usage = {"prompt_tokens": used, "total_tokens": used}
    await _send_json(send, 200, {"object": "list", "data": data, "model": asked.body["model"], "usage": usage})


async def _speech(answer: SpeakingAnswer, asked: Asked, send: Send) -> None:
    if await _misbehaved(answer, send):
        return
    assert isinstance(answer, Speak)
    await asyncio.sleep(answer.delay_s)
    await _start(send, 200, b"audio/wav" if answer.as_wav else b"audio/pcm")
    for at, piece in enumerate(speak(answer, asked)):
        if answer.cut_after_ms is not None and at * answer.piece_ms >= answer.cut_after_ms:
            raise _Broken
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(answer.pause_s)
    await send({"type": "http.response.body", "body": b""})


async def _misbehaved(answer: ChatAnswer | EmbeddingAnswer | HearingAnswer | SpeakingAnswer, send: Send) -> bool:
    match answer:
        case Fail():
            await asyncio.sleep(answer.delay_s)
            await _send_error(send, answer)
        case Hang():
            await asyncio.Event().wait()
        case Raw():
            await _start(send, answer.status, answer.content_type.encode(), len(answer.body))
            await send({"type": "http.response.body", "body": answer.body})
        case _:
            return False
    return True


async def _send_error(send: Send, fail: Fail) -> None:
    error = {"message": fail.message, "type": fail.type, "param": None, "code": fail.code}
    headers = [] if fail.retry_after_s is None else [(b"retry-after", f"{fail.retry_after_s:g}".encode())]
    await _send_json(send, fail.status, {"error": error}, headers)


async def _send_json(send: Send, status: int, value: Any, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    body = json.dumps(value).encode()
    await _start(send, status, b"application/json", len(body), headers)
    await send({"type": "http.response.body", "body": body})


async def _start(
    send: Send,
    status: int,
    content_type: bytes,
    length: int | None = None,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    sized = [] if length is None else [(b"content-length", b"%d" % length)]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", content_type), *sized, *headers],
        }
    )
