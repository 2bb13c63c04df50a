"""What routes are handed: the services that create_app made, and the caller."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from clara.api.auth import IdentityStore
from clara.api.routes import current_caller
from clara.core.caller import Caller
from clara.core.clock import Clock
from clara.library.files import Files
from clara.library.folders import Folders
from clara.library.pages import Pages
from clara.ops.drain import Drain
from clara.ops.limits import RateLimiter
from clara.ops.metrics import Metrics
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.database import Database
from clara.tutor.conversations import Conversations
from clara.tutor.turns import Tutor


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes use, made once in create_app."""

    settings: Settings
    clock: Clock
    database: Database
    identities: IdentityStore
    files: Files
    folders: Folders
    pages: Pages
    search: SearchEngine
    conversations: Conversations
    tutor: Tutor
    drain: Drain
    limiter: RateLimiter
    metrics: Metrics


def services(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


ServicesDep = Annotated[Services, Depends(services)]
CallerDep = Annotated[Caller, Depends(current_caller)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")]
FolderFilter = Annotated[str | None, Query(max_length=128, description='A folder; "none": files in no folder.')]
