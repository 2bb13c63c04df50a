"""The bytes of OpenAI's chat completions: chunks of a stream, a whole completion, and what is wrong with a request."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clara.testing.scripts import Asked, CallTools, Refuse, Say, text_of

Spoken = Say | CallTools | Refuse


def chunks_of(answer: Spoken, asked: Asked) -> Iterator[bytes]:
    """Yield the events of a streamed answer, without the last ([DONE])."""
    written = 0
    for delta in _deltas(answer):
        written += 1
        yield _chunk(asked, [{"index": 0, "delta": delta, "finish_reason": None}])
    finish = _finish(answer)
    if finish is not None:
        yield _chunk(asked, [{"index": 0, "delta": {}, "finish_reason": finish}])
    usage = _usage(answer, asked, written)
    if usage is not None and (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _chunk(asked, [], usage)


def completion_of(answer: Spoken, asked: Asked) -> dict[str, Any]:
    """Return an answer that isn't streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    match answer:
        case Refuse():
            message["refusal"] = answer.text
        case Say():
            message["content"] = "".join(answer.pieces)
        case CallTools():
            message["content"] = answer.text or None
            message["tool_calls"] = [
                _call(at, call.name) | {"function": {"name": call.name, "arguments": _arguments(call.arguments)}}
                for at, call in enumerate(answer.calls)
            ]
    written = len(answer.pieces) if isinstance(answer, Say) else 1
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": _finish(answer) or "stop", "logprobs": None}],
        "usage": _usage(answer, asked, written),
    }


def conversation_error(messages: Any) -> str | None:
    """Return what OpenAI would refuse a conversation for: tool calls and their answers that don't belong together."""
    if not isinstance(messages, list) or not messages:
        return "'messages' must be a list that isn't empty."
    open_calls: set[str] = set()
    for message in messages:
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return "An assistant message with 'tool_calls' must be followed by tool messages for each 'tool_call_id'."
        calls = message.get("tool_calls") or ()
        open_calls = {call["id"] for call in calls}
        if message.get("role") == "user" and not text_of(message):
            return "A user message must have content."
    return "The last 'tool_calls' have no answer." if open_calls else None


def _deltas(answer: Spoken) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    match answer:
        case Refuse():
            yield {"refusal": answer.text}
        case Say():
            while True:
                for piece in answer.pieces:
                    yield {"content": piece}
                if not answer.endless:
                    break
        case CallTools():
            if answer.text:
                yield {"content": answer.text}
            for at, call in enumerate(answer.calls):
                yield {"tool_calls": [_call(at, call.name)]}
                arguments = _arguments(call.arguments)
                for start in range(0, len(arguments), answer.piece):
                    piece = arguments[start : start + answer.piece]
                    yield {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}


def _call(at: int, name: str) -> dict[str, Any]:
    return {"index": at, "id": f"call_{at}_{name}", "type": "function", "function": {"name": name, "arguments": ""}}


def _arguments(arguments: str | Mapping[str, Any]) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _finish(answer: Spoken) -> str | None:
    return "stop" if isinstance(answer, Refuse) else answer.finish


def _usage(answer: Spoken, asked: Asked, written: int) -> dict[str, int] | None:
    usage: Any = getattr(answer, "usage", "counted")
    if usage is None:
        return None
    messages: Sequence[Mapping[str, Any]] = asked.body["messages"]
    counted = (sum(len(text_of(message).encode()) for message in messages) // 4, written)
    given, made = counted if usage == "counted" else usage
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


_HEAD = b'data: {"id":"chatcmpl-scripted","object":"chat.completion.chunk","created":1700000000,"model":'


def _chunk(asked: Asked, choices: Sequence[Mapping[str, Any]], usage: Mapping[str, int] | None = None) -> bytes:
    rest = {"choices": choices} | ({"usage": usage} if usage else {})
    return _HEAD + json.dumps(asked.body["model"]).encode() + b"," + json.dumps(rest).encode()[1:] + b"\n\n"
