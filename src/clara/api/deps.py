"""What routes are handed: the services that create_app made, and the caller."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from clara.api.auth import IdentityStore
from clara.api.context import context_of
from clara.api.routes import current_caller
from clara.api.schemas.fields import named_folder
from clara.core.caller import Caller
from clara.core.clock import Clock
from clara.library.budget import Budget
from clara.library.files import Files
from clara.library.flags import Flags
from clara.library.folders import Folders
from clara.library.locks import Locks
from clara.library.metering import MeteredModel
from clara.library.pages import Pages
from clara.ops.drain import Drain
from clara.ops.limits import RateLimiter
from clara.ops.metrics import Metrics
from clara.providers.chat import ChatModel
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.database import Database
from clara.study.marking import Marker
from clara.study.reviewing import Reviews
from clara.study.sessions import Sessions
from clara.study.studio import Studio
from clara.tutor.conversations import Conversations
from clara.tutor.modes.marking import Exams
from clara.tutor.turns.tutor import Tutor
from clara.voice.dialect0.replies import Replies
from clara.voice.sockets.doorway import Doorway
from clara.voice.talking.opening import VoiceParts


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes use, made once in create_app. ``drawing`` is held while a page's picture is made.

    ``chat_model`` is None where no model is set up: see ``learners_model``.
    """

    settings: Settings
    clock: Clock
    database: Database
    identities: IdentityStore
    files: Files
    folders: Folders
    pages: Pages
    drawing: asyncio.Semaphore
    search: SearchEngine
    conversations: Conversations
    tutor: Tutor
    exams: Exams
    locks: Locks
    flags: Flags
    budget: Budget
    chat_model: ChatModel | None
    studio: Studio
    marker: Marker
    reviews: Reviews
    sessions: Sessions
    voice: VoiceParts
    replies: Replies
    doorway: Doorway
    drain: Drain
    limiter: RateLimiter
    metrics: Metrics


async def services(request: Request) -> Services:
    # Not a plain function, which the framework would run in a thread, on every request.
    return _services(request)


def _services(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


def asking(request: Request) -> tuple[Caller, Services]:
    """Return what CallerDep and ServicesDep give; for routes where a tenth of a millisecond counts."""
    caller = context_of(request.scope).caller
    assert caller is not None
    return caller, _services(request)


def learners_model(services: Services, owner_id: str) -> ChatModel | None:
    """Return the model as one learner may use it, held against their budget; None without a model."""
    model = services.chat_model
    return None if model is None else MeteredModel(services.budget, owner_id, model)


ServicesDep = Annotated[Services, Depends(services)]
CallerDep = Annotated[Caller, Depends(current_caller)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")]
FolderFilter = Annotated[str | None, Query(max_length=128, description='A folder; "none": files in no folder.')]
UserPath = Annotated[str, Path(max_length=512, description="The caller's own id, or whom a service key acts for.")]


ClassParam = Annotated[str | None, Query(max_length=128, description="A folder: only what lies in it.")]
FolderParam = Annotated[str | None, Query(max_length=128, description="The same as class_id.")]


async def _asked_folder(class_id: ClassParam = None, folder_id: FolderParam = None) -> str | None:
    return named_folder(class_id, folder_id)


AskedFolder = Annotated[str | None, Depends(_asked_folder)]
"""The folder of an existing client's query, in either spelling; None means all files."""


async def _open_book(caller: CallerDep, services: ServicesDep) -> None:
    await services.locks.require_open(caller.owner_id, None)


OPEN_BOOK = Depends(_open_book)
"""Of routes that are closed while any of the learner's exams runs."""
