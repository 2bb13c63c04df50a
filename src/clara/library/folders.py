"""What a learner does with folders."""

from collections.abc import Callable, Sequence

from clara.core.clock import Clock
from clara.core.errors import Conflict, Invalid, NotFound
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.locks import check_movable
from clara.library.names import clean_title
from clara.store import files as stored_files
from clara.store import folders as stored
from clara.store.database import Database, Tx
from clara.store.deletion import Receipt, delete_file, merge_file
from clara.store.folders import Folder
from clara.store.jobs import enqueue_scrub
from clara.store.learners import change_corpus, lock_learner

FIRST = 1000
MAX_FOLDERS = 10_000
MAX_DESCRIPTION = 500
FILES_A_WRITE = 8
ROWS_A_WRITE = 2000
"""Files, and pages and passages of theirs, deleted in one transaction unless it is a single file's: other writers wait
that long."""
MERGED_A_WRITE = 50

Receipts = Sequence[Receipt]


class Folders:
    """Folders of one learner at a time; someone else's are NotFound.

    ``forget`` is called with the owner when what is in memory of their files must go, ``wake`` when there is work.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        forget: Callable[[str], None] = lambda owner_id: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._forget = forget
        self._wake = wake

    async def create(self, owner_id: str, name: str, description: str = "") -> Folder:
        now = self._clock.now()
        folder = Folder(new_id("fld"), _name(name), _description(description), now, now, 0)

        def add(tx: Tx) -> None:
            lock_learner(tx, owner_id, now)
            if stored.count_folders(tx, owner_id) >= MAX_FOLDERS:
                raise Conflict(f"You may keep {MAX_FOLDERS} folders. Delete some first.", code="quota_folders")
            stored.add_folder(tx, owner_id, folder)

        await self._database.write(add)
        return folder

    async def get(self, owner_id: str, folder_id: str) -> Folder:
        folder = await self._database.read(lambda tx: stored.get_folder(tx, owner_id, folder_id))
        if folder is None:
            raise _missing()
        return folder

    async def list(self, owner_id: str, limit: int = FIRST, cursor: str | None = None) -> PageOf[Folder]:
        """Oldest first, each with the number of its files."""
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[Folder]:
            found = stored.list_folders(tx, owner_id, limit + 1, after)
            total = stored.count_folders(tx, owner_id)
            return page_of(found, limit, total, lambda folder: (folder.created_at, folder.id))

        # Each folder's files are counted: off the event loop.
        return await self._database.scan(query)

    async def change(self, owner_id: str, folder_id: str, name: str | None, description: str | None) -> Folder:
        """Rename or describe anew."""
        values = {} if name is None else {"name": _name(name)}
        if description is not None:
            values["description"] = _description(description)

        def change(tx: Tx) -> Folder | None:
            if values:
                enqueue_scrub(tx, owner_id)
                stored.change_folder(tx, owner_id, folder_id, self._clock.now(), **values)
            return stored.get_folder(tx, owner_id, folder_id)

        folder = await self._database.write(change)
        if folder is None:
            raise _missing()
        return folder

    async def delete(self, owner_id: str, folder_id: str, with_files: bool) -> Receipts:
        """Delete a folder; its files too, or move them to no folder (one that is there already is not doubled).

        Each file is deleted in one transaction, a folder of many files in several: one that breaks off can be repeated.
        """
        receipts: list[Receipt] = []
        while True:
            try:
                some, done = await self._database.write(
                    lambda tx: self._delete_some(tx, owner_id, folder_id, with_files)
                )
            except NotFound:
                if receipts:
                    return receipts
                raise
            self._forget(owner_id)
            self._wake()
            receipts += some
            if done:
                return receipts

    def _delete_some(self, tx: Tx, owner_id: str, folder_id: str, with_files: bool) -> tuple[Receipts, bool]:
        now = self._clock.now()
        lock_learner(tx, owner_id, now)
        if stored.get_folder(tx, owner_id, folder_id) is None:
            raise _missing()
        check_movable(tx, owner_id, folder_id)
        enqueue_scrub(tx, owner_id)
        receipts, done = (_delete_files if with_files else _merge_files)(tx, owner_id, folder_id)
        if done:
            stored_files.move_files(tx, owner_id, folder_id, NO_FOLDER, now)
            stored.remove_folder(tx, owner_id, folder_id)
        change_corpus(tx, owner_id)
        return receipts, done


def _delete_files(tx: Tx, owner_id: str, folder_id: str) -> tuple[Receipts, bool]:
    """Delete some of a folder's files; True when those were the last."""
    found = stored_files.list_files(tx, owner_id, folder_id, None, FILES_A_WRITE + 1, None)
    receipts: list[Receipt] = []
    rows = 0
    for file in found[:FILES_A_WRITE]:
        rows += file.document.chunks + file.document.pages_done
        if receipts and rows > ROWS_A_WRITE:
            break
        if receipt := delete_file(tx, owner_id, file.id):
            receipts.append(receipt)
    return receipts, len(receipts) == len(found)


def _merge_files(tx: Tx, owner_id: str, folder_id: str) -> tuple[Receipts, bool]:
    """Merge some of a folder's files with the same that lie in no folder; True when those were the last."""
    doubled = stored_files.doubled_files(tx, owner_id, folder_id, NO_FOLDER, MERGED_A_WRITE)
    receipts = [merge_file(tx, owner_id, file_id, same_as) for file_id, same_as in doubled]
    return receipts, len(receipts) < MERGED_A_WRITE


def _missing() -> NotFound:
    return NotFound("There is no such folder. Look in the list of folders.", code="folder_not_found")


def _name(name: str) -> str:
    cleaned = clean_title(name)
    if not 1 <= len(cleaned) <= 100:
        raise Invalid("A folder's name has 1 to 100 characters. Choose another.", code="invalid_name")
    return cleaned


def _description(description: str) -> str:
    stripped = description.strip()
    if len(stripped) > MAX_DESCRIPTION:
        raise Invalid(f"A folder's description has at most {MAX_DESCRIPTION} characters.", code="invalid_description")
    return stripped
