"""/v1/locks: what a trusted server locks for a learner, and /v1/flags: the turns that somebody should hear of."""

from clara.api.deps import CallerDep, Cursor, Limit, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.locks import FlagList, LockAnswer, LockList, NewLock
from clara.core.caller import Caller, Scope
from clara.core.errors import Forbidden, NotFound
from clara.core.ids import NO_FOLDER

routes = router("locks")
_MISSING = problem_responses(NotFound)


@routes.get("/v1/locks")
@allow(Scope.TUTOR)
async def list_locks(caller: CallerDep, services: ServicesDep) -> LockList:
    """The locks of a learner and of their folders."""
    return LockList(locks=[LockAnswer.of(lock) for lock in await services.locks.list(caller.owner_id)])


@routes.put("/v1/locks")
@allow(Scope.TUTOR)
async def lock_learner(caller: CallerDep, services: ServicesDep, body: NewLock) -> LockAnswer:
    """Lock mode or material for a learner, in everything they do. Only a service key may."""
    return await _put(caller, services, NO_FOLDER, body)


@routes.delete("/v1/locks", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def unlock_learner(caller: CallerDep, services: ServicesDep) -> None:
    """Take the learner's own lock away; locks of folders stay."""
    await services.locks.remove(_setter(caller).owner_id, NO_FOLDER)


@routes.get("/v1/locks/{folder_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_lock(caller: CallerDep, services: ServicesDep, folder_id: str) -> LockAnswer:
    """The lock of a folder."""
    await services.folders.get(caller.owner_id, folder_id)
    return LockAnswer.of(await services.locks.get(caller.owner_id, folder_id))


@routes.put("/v1/locks/{folder_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def lock_folder(caller: CallerDep, services: ServicesDep, folder_id: str, body: NewLock) -> LockAnswer:
    """Lock a folder, and with it every folder that has one of its files. Only a service key may."""
    await services.folders.get(caller.owner_id, folder_id)
    return await _put(caller, services, folder_id, body)


@routes.delete("/v1/locks/{folder_id}", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def unlock_folder(caller: CallerDep, services: ServicesDep, folder_id: str) -> None:
    """Take a folder's lock away."""
    await services.folders.get(caller.owner_id, folder_id)
    await services.locks.remove(_setter(caller).owner_id, folder_id)


@routes.get("/v1/flags")
@allow(Scope.OPERATOR)
async def list_flags(caller: CallerDep, services: ServicesDep, limit: Limit = 100, cursor: Cursor = None) -> FlagList:
    """Flagged turns of all learners, latest first."""
    return FlagList.of(await services.flags.list(limit, cursor))


async def _put(caller: Caller, services: ServicesDep, folder_id: str, body: NewLock) -> LockAnswer:
    setter = _setter(caller)
    lock = await services.locks.put(
        setter.owner_id, folder_id, body.mode, body.material_only, (setter.key_id or "")[:100]
    )
    return LockAnswer.of(lock)


def _setter(caller: Caller) -> Caller:
    if caller.via != "service_key":
        raise Forbidden("Only a service key locks and unlocks. Use one.", code="service_key_required")
    return caller
