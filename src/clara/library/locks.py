"""Locks as every door asks for them: who may set one, what holds where, and what an exam closes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.core.errors import Forbidden, NotFound
from clara.core.ids import NO_FOLDER
from clara.store import locks as stored
from clara.store.database import Database, Tx
from clara.store.files import get_file
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.store.locks import Lock
from clara.store.turns import ask_to_stop, running_turns

MODES = ("explain", "hints", "exam")
"""From the freest to the strictest."""
EXAM = "exam"


@dataclass(frozen=True, slots=True)
class Hold:
    """What several locks come to: the strictest of them. ``mode`` None: none of them says one."""

    mode: str | None = None
    material_only: bool = False

    @classmethod
    def of(cls, locks: Sequence[Lock]) -> "Hold":
        modes = [lock.mode for lock in locks if lock.mode is not None]
        return cls(max(modes, key=MODES.index, default=None), any(lock.material_only for lock in locks))

    def __bool__(self) -> bool:
        return self.mode is not None or self.material_only

    def strictest(self, mode: str) -> str:
        return max(mode, self.mode or mode, key=MODES.index)


def hold_on(tx: Tx, owner_id: str, *folder_ids: str) -> Hold:
    """Return what holds for questions about these folders; "none" is all files."""
    found = [
        lock for f in dict.fromkeys(folder_ids) for lock in stored.locks_on(tx, owner_id, None if f == NO_FOLDER else f)
    ]
    return Hold.of(found)


def closed_since(tx: Tx, owner_id: str, folder_id: str) -> float:
    """Return since when an exam closes what was said about a folder ("none": all files); 0 when none does."""
    found = stored.locks_on(tx, owner_id, None if folder_id == NO_FOLDER else folder_id)
    return max((lock.created_at for lock in found if lock.mode == EXAM), default=0.0)


def closed_documents(tx: Tx, owner_id: str, document_ids: Collection[str]) -> Collection[str]:
    """Return those of the documents that an exam closes, in whichever folders they lie."""
    holds = {one: Hold.of(stored.locks_on_document(tx, owner_id, one)) for one in document_ids}
    return {one for one, hold in holds.items() if hold.mode == EXAM}


def locked() -> Forbidden:
    return Forbidden("This is locked by whoever set the task. Ask them to unlock it.", code="locked")


def closed() -> Forbidden:
    return Forbidden("An exam is running: the material is closed until it is over.", code="locked")


def check_movable(tx: Tx, owner_id: str, folder_id: str) -> None:
    """Raise Forbidden when files can't leave a folder: they would leave its lock."""
    if folder_id != NO_FOLDER and stored.get_lock(tx, owner_id, folder_id) is not None:
        raise locked()


def _stop_answers(tx: Tx, owner_id: str) -> None:
    """Ask the turns to stop that may tell what an exam closes: whatever folder they are about, they began before."""
    for turn_id, mode in running_turns(tx, owner_id):
        if mode != EXAM:
            ask_to_stop(tx, owner_id, turn_id)


class Locks:
    """Locks of one learner at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, owner_id: str, folder_id: str, mode: str | None, material_only: bool, set_by: str) -> Lock:
        """Set the lock of a folder, or with "none" of the learner, in place of the one before.

        An exam that is locked once more goes on. One that begins stops the answers that are being written.
        """
        now = self._clock.now()

        def put(tx: Tx) -> Lock:
            lock_learner(tx, owner_id, now)
            require_folder(tx, owner_id, folder_id)
            before = stored.get_lock(tx, owner_id, folder_id)
            goes_on = before is not None and before.mode == mode == EXAM
            lock = Lock(folder_id, mode, material_only, set_by, before.created_at if before and goes_on else now)
            stored.put_lock(tx, owner_id, lock)
            if mode == EXAM:
                _stop_answers(tx, owner_id)
            return lock

        return await self._database.write(put)

    async def get(self, owner_id: str, folder_id: str) -> Lock:
        def query(tx: Tx) -> Lock:
            require_folder(tx, owner_id, folder_id)
            found = stored.get_lock(tx, owner_id, folder_id)
            if found is None:
                raise NotFound("Nothing is locked here.", code="lock_not_found")
            return found

        return await self._database.read(query)

    async def list(self, owner_id: str) -> Sequence[Lock]:
        return await self._database.read(lambda tx: stored.list_locks(tx, owner_id))

    async def remove(self, owner_id: str, folder_id: str) -> None:
        def remove(tx: Tx) -> None:
            require_folder(tx, owner_id, folder_id)
            if not stored.remove_lock(tx, owner_id, folder_id):
                raise NotFound("Nothing is locked here.", code="lock_not_found")

        await self._database.write(remove)

    async def hold(self, owner_id: str, *folder_ids: str) -> Hold:
        """Return what holds for these folders; without any, only for the learner."""
        if folder_ids:
            return await self._database.read(lambda tx: hold_on(tx, owner_id, *folder_ids))
        own = await self._database.read(lambda tx: stored.get_lock(tx, owner_id, NO_FOLDER))
        return Hold.of([own] if own else [])

    async def holds(self, owner_id: str, folder_ids: Collection[str]) -> Mapping[str, Hold]:
        """Return what holds for questions about each of these folders; "none" is all files."""
        return await self._database.read(lambda tx: {f: hold_on(tx, owner_id, f) for f in set(folder_ids)})

    async def require_open(self, owner_id: str, folder_id: str | None) -> None:
        """Raise Forbidden while an exam closes a folder; None: any of the learner's files."""
        if Hold.of(await self._database.read(lambda tx: stored.locks_on(tx, owner_id, folder_id))).mode == EXAM:
            raise closed()

    async def require_open_file(self, owner_id: str, file_id: str) -> None:
        """Raise Forbidden while an exam closes a file; for one that isn't there, nothing."""

        def query(tx: Tx) -> Sequence[Lock]:
            file = get_file(tx, owner_id, file_id)
            return stored.locks_on_document(tx, owner_id, file.document.id) if file else ()

        if Hold.of(await self._database.read(query)).mode == EXAM:
            raise closed()
