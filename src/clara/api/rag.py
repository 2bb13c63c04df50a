"""The retrieval routes that existing clients call: thin aliases of the same search as /v1/search."""

from typing import Annotated

from fastapi import Query, Request

from clara.api.deps import AskedFolder, CallerDep, ClassParam, FolderParam, ServicesDep, UserPath, asking
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.existing import RagContext, RagResult, RagResults
from clara.api.schemas.fields import named_folder
from clara.core.caller import Scope
from clara.core.errors import NotFound
from clara.rag.passages import join_passages

routes = router("existing clients")
_MISSING = problem_responses(NotFound)
MOST_PASSAGES = 50
Asked = Annotated[
    str, Query(min_length=1, max_length=5000, description="A question, or words.", examples=["Where is ATP made?"])
]


@routes.get("/rag/context/{user_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_rag_context(
    caller: CallerDep,
    services: ServicesDep,
    user_id: UserPath,
    query: Asked,
    folder_id: AskedFolder,
    max_tokens: Annotated[int, Query(ge=1, le=32_000)] = 1000,
) -> RagContext:
    """Passages joined as text, each headed by its file and page, of at most about so many tokens."""
    await services.locks.require_open(caller.owner_id, folder_id)
    result = await services.search.search(caller.owner_id, query, folder_id=folder_id, limit=MOST_PASSAGES)
    context = join_passages(result.passages, max_tokens)
    return RagContext(context=context, query=query, user_id=caller.owner_id, class_id=folder_id, folder_id=folder_id)


@routes.get("/rag/search/{user_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_rag_search(
    request: Request,
    user_id: UserPath,
    query: Asked,
    class_id: ClassParam = None,
    folder_id: FolderParam = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PASSAGES)] = 5,
) -> RagResults:
    """The passages that fit best."""
    (caller, services), folder_id = asking(request), named_folder(class_id, folder_id)
    await services.locks.require_open(caller.owner_id, folder_id)
    result = await services.search.search(caller.owner_id, query, folder_id=folder_id, limit=limit)
    results = [RagResult.of(passage) for passage in result.passages]
    return RagResults(results=results, query=query, user_id=caller.owner_id, class_id=folder_id, folder_id=folder_id)
