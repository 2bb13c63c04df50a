"""What a learner does with files: upload, list, rename, move, retry, cancel, delete, open."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing
from pathlib import Path

from clara.core.clock import Clock
from clara.core.errors import Conflict, NotFound
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.locks import check_movable
from clara.library.names import clean_name
from clara.library.uploads import Receiving, Uploaded, Uploads, read_again
from clara.ops.memory import HeldBytes
from clara.settings.sections import FileSettings
from clara.store import files as stored
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.deletion import Receipt, delete_file
from clara.store.files import Document, File, Status, require_file
from clara.store.folders import require_folder
from clara.store.jobs import INGEST, enqueue_scrub, remove_job
from clara.store.learners import change_corpus, lock_learner
from clara.store.passages import remove_text

__all__ = ["Files", "Uploaded"]

WATCH_FIRST_S, WATCH_MOST_S = 0.02, 0.25
"""How often a file's state is looked at while someone waits: the interval grows from the first to the most."""

FEW = 200
"""A list longer than this is read off the event loop."""


HELD_BYTES = 128 * 2**20
"""Of uploads in JSON bodies, which are held in memory whole, all together."""
DECODED_AT_ONCE = 2
"""Each takes about three times its body; further ones wait."""


class Files:
    """Files of one learner at a time; someone else's are NotFound.

    ``wake`` is called when there is work, ``forget`` with the owner when what is in memory of their files must go.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Clock,
        limits: FileSettings,
        wake: Callable[[], None] = lambda: None,
        forget: Callable[[str], None] = lambda owner_id: None,
    ) -> None:
        self.blobs = blobs
        self.held = HeldBytes(HELD_BYTES)
        self.decoding = asyncio.Semaphore(DECODED_AT_ONCE)
        self._database = database
        self._clock = clock
        self._wake = wake
        self._forget = forget
        self._uploads = Uploads(database, blobs, clock, limits, wake)

    def receiving(self) -> AbstractAsyncContextManager[Receiving]:
        """Receive one upload; unless it is kept, nothing of it stays, whatever goes wrong."""
        return self._uploads.receiving()

    async def get(self, owner_id: str, file_id: str) -> File:
        return await self._database.read(lambda tx: require_file(tx, owner_id, file_id))

    async def list(
        self,
        owner_id: str,
        folder_id: str | None = None,
        status: Status | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> PageOf[File]:
        """Newest first; ``folder_id`` None means every folder."""
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[File]:
            if folder_id is not None:
                require_folder(tx, owner_id, folder_id)
            found = stored.list_files(tx, owner_id, folder_id, status, limit + 1, after)
            total = stored.count_files(tx, owner_id, folder_id, status)
            return page_of(found, limit, total, lambda file: (file.created_at, file.id))

        # A status is looked for file by file, however short the list becomes.
        long = limit > FEW or status is not None
        return await (self._database.scan(query) if long else self._database.read(query))

    async def change(self, owner_id: str, file_id: str, name: str | None, folder_id: str | None) -> File:
        """Rename or move; the same bytes can't be twice in one folder (Conflict)."""

        def change(tx: Tx) -> File:
            now = self._clock.now()
            lock_learner(tx, owner_id, now)
            file = require_file(tx, owner_id, file_id)
            values = {} if name is None else {"name": clean_name(name)}
            if folder_id is not None and folder_id != file.folder_id:
                require_folder(tx, owner_id, folder_id)
                check_movable(tx, owner_id, file.folder_id)
                if stored.find_file(tx, owner_id, folder_id, file.document.id):
                    raise Conflict(
                        "That folder has a file with the same content. Delete one of them.", code="duplicate_file"
                    )
                values["folder_id"] = folder_id
            if not values:
                return file
            if name is not None:
                enqueue_scrub(tx, owner_id)
            stored.change_file(tx, owner_id, file_id, now, **values)
            change_corpus(tx, owner_id)
            return require_file(tx, owner_id, file_id)

        return await self._database.write(change)

    async def delete(self, owner_id: str, file_id: str) -> Receipt:
        """Delete a file, and the document behind it when it lies in no other folder."""

        def delete(tx: Tx) -> Receipt:
            lock_learner(tx, owner_id, self._clock.now())
            file = stored.get_file(tx, owner_id, file_id)
            if file is not None:
                check_movable(tx, owner_id, file.folder_id)
            receipt = delete_file(tx, owner_id, file_id)
            if receipt is None:
                raise NotFound("There is no such file. Look in the list of files.", code="file_not_found")
            return receipt

        receipt = await self._database.write(delete)
        self._forget(owner_id)
        self._wake()
        return receipt

    async def retry(self, owner_id: str, file_id: str) -> File:
        """Read a file again that could not be read (Conflict for any other)."""

        def retry(tx: Tx) -> File:
            now = self._clock.now()
            lock_learner(tx, owner_id, now)
            document = require_file(tx, owner_id, file_id).document
            if document.status not in (Status.FAILED, Status.NEEDS_OCR):
                raise Conflict(f"The file is {document.status}: there is nothing to retry.", code="not_failed")
            read_again(tx, owner_id, document.id, now)
            return require_file(tx, owner_id, file_id)

        file = await self._database.write(retry)
        self._wake()
        return file

    async def cancel(self, owner_id: str, file_id: str) -> File:
        """Stop reading a file; what was read of it is dropped, the file stays and can be retried."""

        def cancel(tx: Tx) -> File:
            now = self._clock.now()
            lock_learner(tx, owner_id, now)
            document = require_file(tx, owner_id, file_id).document
            if document.status.final:
                raise Conflict(f"The file is {document.status}: there is nothing to cancel.", code="not_running")
            remove_job(tx, owner_id, INGEST, document.id)
            remove_text(tx, owner_id, document.id)
            stored.change_document(
                tx,
                owner_id,
                document.id,
                now,
                status=Status.FAILED,
                error_code="cancelled",
                error_detail="Reading was cancelled. Retry to read the file.",
                chunks=0,
            )
            return require_file(tx, owner_id, file_id)

        return await self._database.write(cancel)

    async def watch(self, owner_id: str, file_id: str) -> AsyncIterator[File]:
        """Yield the file now and whenever its state changed, until the state is final or the file is gone."""
        seen: Document | None = None
        pause_s = WATCH_FIRST_S
        while True:
            try:
                file = await self.get(owner_id, file_id)
            except NotFound:
                if seen is None:
                    raise
                return
            if file.document != seen:
                seen, pause_s = file.document, WATCH_FIRST_S
                yield file
            if file.document.status.final:
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, WATCH_MOST_S)

    async def wait(self, owner_id: str, file_id: str, timeout_s: float) -> File:
        """Return the file when its state is final, or as it is when the time is over."""
        try:
            async with asyncio.timeout(timeout_s), aclosing(self.watch(owner_id, file_id)) as states:  # type: ignore[type-var]
                async for file in states:
                    if file.document.status.final:
                        return file
        except TimeoutError:
            pass
        return await self.get(owner_id, file_id)

    async def read(self, file: File, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the uploaded bytes from ``start`` up to, not including, ``end``."""
        async for data in self.blobs.get(file.document.blob_key, start, end):
            yield data

    def as_path(self, file: File) -> AbstractContextManager[Path]:
        """Give the uploaded bytes as a path, for a reader in a process of its own."""
        return self.blobs.as_file(file.document.blob_key)
