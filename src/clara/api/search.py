"""/v1/search: passages of the learner's own files."""

from typing import Annotated

from fastapi import Query, Request

from clara.api.deps import FolderFilter, asking
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.search import PassageAnswer, SearchAnswer
from clara.core.caller import Scope
from clara.core.errors import NotFound

routes = router("search")


@routes.get("/v1/search", responses=problem_responses(NotFound))
@allow(Scope.TUTOR)
async def search_files(
    request: Request,
    q: Annotated[
        str, Query(min_length=1, max_length=5000, description="A question, or words.", examples=["Where is ATP made?"])
    ],
    folder_id: FolderFilter = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> SearchAnswer:
    """The passages that fit best, with where they stand and which words matched."""
    caller, services = asking(request)
    await services.locks.require_open(caller.owner_id, folder_id)
    result = await services.search.search(caller.owner_id, q, folder_id=folder_id, limit=limit)
    marked = services.search.mark(result)
    return SearchAnswer(passages=[PassageAnswer.of(passage) for passage in marked.passages])
