"""/v1/study, /v1/reviews, /v1/progress: what a learner studies with."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote as percent_encode

from fastapi import Query, Request, Response

from clara.api.deps import OPEN_BOOK, CallerDep, Cursor, FolderFilter, Limit, ServicesDep, learners_model
from clara.api.leaving import while_connected
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.reviews import (
    AttemptAnswer,
    AttemptList,
    DueCards,
    NewAttempt,
    NewReview,
    ProgressAnswer,
    ReviewedCard,
)
from clara.api.schemas.study import NewStudySet, StudySetAnswer, StudySetChange, StudySetList
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound, ProviderFailed, ProviderTimeout
from clara.ops.limits import Rate
from clara.study.export import Format, export
from clara.study.reviewing import Rating
from clara.study.scope import Kind

routes = router("study")
routes.dependencies.append(OPEN_BOOK)
_MISSING = problem_responses(NotFound)
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in Format},
    }
}
DueLimit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


@routes.post(
    "/v1/study", status_code=201, responses=problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout)
)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def make_study_set(
    request: Request, caller: CallerDep, services: ServicesDep, body: NewStudySet, response: Response
) -> StudySetAnswer:
    """Make something to study with; the answer waits until it is made. A file's whole summary is made once.

    Who leaves before it is made gets none.
    """
    model = learners_model(services, caller.owner_id)
    making = services.studio.make(caller.owner_id, body.kind, body.scope, body.count, body.language, model)
    found = await while_connected(request.receive, making)
    response.headers["Location"] = f"/v1/study/{found.id}"
    return StudySetAnswer.of(found)


@routes.get("/v1/study", responses=_MISSING)
@allow(Scope.TUTOR)
async def list_study_sets(
    caller: CallerDep,
    services: ServicesDep,
    kind: Kind | None = None,
    folder_id: FolderFilter = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> StudySetList:
    """List study sets, newest first, without their items."""
    return StudySetList.of(await services.studio.list(caller.owner_id, kind, folder_id, limit, cursor))


@routes.get("/v1/study/{set_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_study_set(
    caller: CallerDep,
    services: ServicesDep,
    set_id: str,
    answers: Annotated[bool, Query(description="false: a quiz comes without its answers.")] = True,
) -> StudySetAnswer:
    """One study set with its items. What a model wrote from a file that was deleted stays, without its quotes."""
    return StudySetAnswer.of(await services.studio.get(caller.owner_id, set_id), answers)


@routes.patch("/v1/study/{set_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def change_study_set(
    caller: CallerDep, services: ServicesDep, set_id: str, body: StudySetChange
) -> StudySetAnswer:
    """Rename a study set."""
    return StudySetAnswer.of(await services.studio.rename(caller.owner_id, set_id, body.title))


@routes.delete("/v1/study/{set_id}", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def delete_study_set(caller: CallerDep, services: ServicesDep, set_id: str) -> None:
    """Delete a study set with its cards, their reviews, and attempts at it."""
    await services.studio.delete(caller.owner_id, set_id)


@routes.get(
    "/v1/study/{set_id}/export", response_class=Response, responses=problem_responses(NotFound, Conflict) | _FILES
)
@allow(Scope.TUTOR)
async def export_study_set(
    caller: CallerDep,
    services: ServicesDep,
    set_id: str,
    form: Annotated[Format, Query(alias="format", description="For spreadsheets, or for Anki.")] = Format.CSV,
) -> Response:
    """The set's cards as a file."""
    found = await services.studio.get(caller.owner_id, set_id)
    data = await asyncio.to_thread(export, found, form)
    name = percent_encode(f"{found.title}.{form}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(data, media_type=form.media_type, headers=headers)


@routes.post("/v1/study/{set_id}/attempts", status_code=201, responses=problem_responses(NotFound, Conflict))
@allow(Scope.TUTOR)
async def attempt_quiz(caller: CallerDep, services: ServicesDep, set_id: str, body: NewAttempt) -> AttemptAnswer:
    """Answer a quiz; it is marked, and each question comes back with where its answer stands."""
    answers = {answer.item: answer.answer for answer in body.answers}
    return AttemptAnswer.of(await services.marker.mark(caller.owner_id, set_id, answers))


@routes.get("/v1/study/{set_id}/attempts", responses=_MISSING)
@allow(Scope.TUTOR)
async def list_attempts(caller: CallerDep, services: ServicesDep, set_id: str, limit: Limit = 100) -> AttemptList:
    """The scores of the latest attempts at a quiz."""
    return AttemptList.of(await services.marker.attempts(caller.owner_id, set_id, limit))


@routes.get("/v1/reviews/due", responses=_MISSING)
@allow(Scope.TUTOR)
async def list_due_cards(
    caller: CallerDep, services: ServicesDep, folder_id: FolderFilter = None, limit: DueLimit = 20
) -> DueCards:
    """The cards to review now."""
    return DueCards.of(await services.reviews.due(caller.owner_id, folder_id, limit))


@routes.post("/v1/reviews/{card_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def review_card(caller: CallerDep, services: ServicesDep, card_id: str, body: NewReview) -> ReviewedCard:
    """Say how well a card was known; the answer says when it is due again."""
    rating = Rating[body.rating.upper()]
    return ReviewedCard.of(await services.reviews.review(caller.owner_id, card_id, rating))


@routes.get("/v1/progress")
@allow(Scope.TUTOR)
async def get_progress(caller: CallerDep, services: ServicesDep) -> ProgressAnswer:
    """How far the learner is, by folder."""
    return ProgressAnswer.of(await services.reviews.progress(caller.owner_id))
