"""One format for all logs: JSON lines (or readable ones on a developer's terminal), with credentials blacked out."""

import logging
import re
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_SECRETS: Sequence[str] = (
    r"clara_sk_[\w\-]+",
    r"\beyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]*)?",
    r"\bsk-[\w\-]{16,}",
    r"(?<=[Bb]earer )[\w\-.~+/=]{8,}",
    r"(?<=Basic )[A-Za-z0-9+/=]{8,}",
    r"(?<=sign-in=)[^\s\"'\\&]+",
    r"(?<=ticket=)[^\s\"'\\&]+",
    r"(?<=token=)[^\s\"'\\&]+",
    r"(?<=clara_session_)\d+=[^\s\"'\\;]+",
    r"(?<=://)[^\s\"'\\/@:]*:[^\s\"'\\/@]+(?=@)",
)
_SECRET = re.compile("|".join(_SECRETS))
_HINTS = ("clara_sk_", "eyJ", "sk-", "earer ", "Basic ", "=", "://")
"""A line without any of these has none of the above; asking so costs a tenth, and most lines are such."""
REDACTED = "[redacted]"


def redact(text: str) -> str:
    """Return the text with everything blacked out that looks like a credential."""
    return _SECRET.sub(REDACTED, text) if any(hint in text for hint in _HINTS) else text


def configure_logging(level: str = "INFO", *, readable: bool | None = None, stream: TextIO | None = None) -> None:
    """Send structlog, the standard library and uvicorn (started with ``log_config=None``) through one handler.

    ``readable`` None asks the stream whether it is a terminal. Frames of tracebacks carry no local variables: they
    would hold what learners wrote.
    """
    stream = stream or sys.stderr
    readable = stream.isatty() if readable is None else readable
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_not_logged_before)
    handler.addFilter(_not_of_a_socket)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _without_more],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_readable() if readable else _json_lines()),
                _redact_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = name != "uvicorn.access"
    # A line a request to a provider; some versions of these libraries tell what was asked, and the last what was said.
    for name in ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "anthropic", "google_genai", "livekit"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


_OF_A_SOCKET = re.compile(r'"WebSocket |^connection (open|closed)$|^Invalid UTF-8 sequence received')


def _json_lines() -> list[Processor]:
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
    return [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer(default=str)]


def _readable() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _without_more(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drop uvicorn's second wording of its messages, for terminals, and what a voice library says was said."""
    for key in [key for key in event if key == "color_message" or key.startswith("lk.pii.")]:
        del event[key]
    return event


def _redact_line(logger: WrappedLogger, name: str, line: EventDict) -> str:
    return redact(str(line))


def _not_logged_before(record: logging.LogRecord) -> bool:
    """Drop uvicorn's account of an exception that we have logged with its request id."""
    return not (record.name == "uvicorn.error" and record.exc_info and hasattr(record.exc_info[1], "__clara_logged__"))


def _not_of_a_socket(record: logging.LogRecord) -> bool:
    """Drop what the server tells of WebSockets: addresses with user ids, and, for debugging, all that is sent."""
    if record.name != "uvicorn.error":
        return True
    return record.levelno > logging.DEBUG and not _OF_A_SOCKET.search(str(record.msg))
