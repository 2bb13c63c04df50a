"""What a learner does with folders."""

from collections.abc import MutableSequence, Sequence

from clara.core.clock import Clock
from clara.core.errors import Invalid, NotFound
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.names import clean_title
from clara.store import files as stored_files
from clara.store import folders as stored
from clara.store.database import Database, Tx
from clara.store.deletion import Receipt, delete_file
from clara.store.folders import Folder
from clara.store.learners import change_corpus, lock_learner

FIRST = 1000


class Folders:
    """Folders of one learner at a time; someone else's are NotFound."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, owner_id: str, name: str, description: str = "") -> Folder:
        now = self._clock.now()
        folder = Folder(new_id("fld"), _name(name), description.strip(), now, now, 0)

        def add(tx: Tx) -> None:
            lock_learner(tx, owner_id, now)
            stored.add_folder(tx, owner_id, folder)

        await self._database.write(add)
        return folder

    async def get(self, owner_id: str, folder_id: str) -> Folder:
        folder = await self._database.read(lambda tx: stored.get_folder(tx, owner_id, folder_id))
        if folder is None:
            raise NotFound("There is no such folder.", code="folder_not_found")
        return folder

    async def list(self, owner_id: str, limit: int = FIRST, cursor: str | None = None) -> PageOf[Folder]:
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[Folder]:
            found = stored.list_folders(tx, owner_id, limit + 1, after)
            total = stored.count_folders(tx, owner_id)
            return page_of(found, limit, total, lambda folder: (folder.created_at, folder.id))

        return await self._database.read(query)

    async def change(self, owner_id: str, folder_id: str, name: str | None, description: str | None) -> Folder:
        values = {}
        if name is not None:
            values["name"] = _name(name)
        if description is not None:
            values["description"] = description.strip()

        def change(tx: Tx) -> Folder | None:
            stored.change_folder(tx, owner_id, folder_id, self._clock.now(), **values)
            return stored.get_folder(tx, owner_id, folder_id)

        folder = await self._database.write(change)
        if folder is None:
            raise NotFound("There is no such folder.", code="folder_not_found")
        return folder

    async def delete(self, owner_id: str, folder_id: str, with_files: bool) -> Sequence[Receipt]:
        """Delete a folder; its files too, or move them to no folder (one that is there already is not doubled)."""
        now = self._clock.now()

        def delete(tx: Tx) -> Sequence[Receipt]:
            if folder_id == NO_FOLDER or stored.get_folder(tx, owner_id, folder_id) is None:
                raise NotFound("There is no such folder.", code="folder_not_found")
            lock_learner(tx, owner_id, now)
            receipts: MutableSequence[Receipt] = []
            for file in stored_files.list_files(tx, owner_id, folder_id, None, 1_000_000, None):
                doubled = stored_files.find_file(tx, owner_id, NO_FOLDER, file.document.id) is not None
                if with_files or doubled:
                    receipt = delete_file(tx, owner_id, file.id)
                    receipts.extend([receipt] if receipt else [])
                else:
                    stored_files.change_file(tx, owner_id, file.id, now, folder_id=NO_FOLDER)
            stored.remove_folder(tx, owner_id, folder_id)
            change_corpus(tx, owner_id)
            return receipts

        return await self._database.write(delete)


def _name(name: str) -> str:
    cleaned = clean_title(name)
    if not 1 <= len(cleaned) <= 100:
        raise Invalid("A folder's name has 1 to 100 characters.", code="invalid_name")
    return cleaned
