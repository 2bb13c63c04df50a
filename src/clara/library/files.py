"""What a learner does with files: upload, list, rename, move, retry, cancel, delete, open."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Invalid, NotFound, TooLarge
from clara.core.ids import new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.names import clean_name
from clara.rag.extract.media import MediaType
from clara.rag.extract.sniff import HEAD_BYTES, sniff
from clara.settings import FileSettings
from clara.store import files as stored
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.deletion import Receipt, delete_file
from clara.store.files import Document, File, Status
from clara.store.folders import require_folder
from clara.store.jobs import enqueue, remove_job
from clara.store.learners import change_corpus, lock_learner
from clara.store.passages import remove_text
from clara.store.uploads import begin_upload, end_upload

UPLOAD_LIFE_S = 3600.0
RECEIVING = ""
"""Whose an upload is before its last field was read."""

WATCH_FIRST_S, WATCH_MOST_S = 0.02, 0.25
"""How often a file's state is looked at while someone waits: the interval doubles from the first to the most."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """``created`` is False when the same bytes were in that folder already: then ``file`` is that one."""

    file: File
    created: bool


class Files:
    """Files of one learner at a time; someone else's are NotFound."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Clock,
        limits: FileSettings,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self.blobs = blobs
        self._clock = clock
        self._limits = limits
        self._wake = wake

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator["Receiving"]:
        """Receive one upload; unless it is kept, nothing of it stays, whatever goes wrong."""
        receiving = Receiving(self, new_id("blob"))
        key = receiving.key
        await self._database.write(lambda tx: begin_upload(tx, RECEIVING, key, UPLOAD_LIFE_S))
        try:
            yield receiving
        finally:
            if not receiving.kept:
                await asyncio.shield(self._discard(key))

    async def _discard(self, key: str) -> None:
        await asyncio.to_thread(self.blobs.delete_now, key)
        await self._database.write(lambda tx: end_upload(tx, RECEIVING, key))

    async def check_folder(self, owner_id: str, folder_id: str) -> None:
        """Raise NotFound unless the learner has this folder."""
        await self._database.read(lambda tx: require_folder(tx, owner_id, folder_id))

    async def store(self, key: str, name: str | None, content: AsyncIterable[bytes]) -> "_Arriving":
        """Put a stream into the blob store while telling its type, size and hash."""
        arriving = _Arriving(content, clean_name(name), self._limits.max_bytes)
        await self.blobs.put(key, arriving.stream())
        return arriving

    async def keep(self, owner_id: str, folder_id: str, key: str, arrived: "_Arriving") -> Uploaded:
        """Make a stored stream the learner's file and queue its reading."""
        uploaded = await self._database.write(lambda tx: self._keep(tx, owner_id, folder_id, key, arrived))
        self._wake()
        return uploaded

    def _keep(self, tx: Tx, owner_id: str, folder_id: str, key: str, arrived: "_Arriving") -> Uploaded:
        now = self._clock.now()
        lock_learner(tx, owner_id, now)
        require_folder(tx, owner_id, folder_id)
        if not end_upload(tx, RECEIVING, key):
            raise Conflict("The upload took too long. Send the file again.", code="upload_expired")
        document = stored.find_document(tx, owner_id, arrived.sha256)
        if document is None:
            self._check_quota(tx, owner_id, arrived.size)
            document = arrived.document(key)
            stored.add_document(tx, owner_id, document, now)
            enqueue(tx, owner_id, "ingest", document.id)
        else:
            enqueue(tx, owner_id, "purge", key)
            if document.status in (Status.FAILED, Status.NEEDS_OCR):
                self._read_again(tx, owner_id, document)
        file = stored.find_file(tx, owner_id, folder_id, document.id)
        if file is not None:
            return Uploaded(file, created=False)
        self._check_count(tx, owner_id)
        file_id = new_id("file")
        stored.add_file(tx, owner_id, file_id, folder_id, document.id, arrived.name, now)
        change_corpus(tx, owner_id)
        return Uploaded(self._require(tx, owner_id, file_id), created=True)

    def _check_quota(self, tx: Tx, owner_id: str, size: int) -> None:
        most = self._limits.max_bytes_per_learner
        if stored.stored_bytes(tx, owner_id) + size > most:
            raise TooLarge(
                f"All your files together may have {most // 2**20} MB. Delete some first.",
                code="quota_bytes",
                max_bytes=most,
            )

    def _check_count(self, tx: Tx, owner_id: str) -> None:
        most = self._limits.max_per_learner
        if stored.count_files(tx, owner_id) >= most:
            raise Conflict(f"You may keep {most} files. Delete some first.", code="quota_files", max_files=most)

    def _read_again(self, tx: Tx, owner_id: str, document: Document) -> None:
        stored.change_document(
            tx,
            owner_id,
            document.id,
            self._clock.now(),
            status=Status.QUEUED,
            error_code=None,
            error_detail=None,
            pages_done=0,
            pages_total=None,
            chunks=0,
        )
        enqueue(tx, owner_id, "ingest", document.id)

    @staticmethod
    def _require(tx: Tx, owner_id: str, file_id: str) -> File:
        file = stored.get_file(tx, owner_id, file_id)
        if file is None:
            raise NotFound("There is no such file.", code="file_not_found")
        return file

    async def get(self, owner_id: str, file_id: str) -> File:
        return await self._database.read(lambda tx: self._require(tx, owner_id, file_id))

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

        return await self._database.read(query)

    async def change(self, owner_id: str, file_id: str, name: str | None, folder_id: str | None) -> File:
        """Rename or move; the same bytes can't be twice in one folder (Conflict)."""

        def change(tx: Tx) -> File:
            now = self._clock.now()
            lock_learner(tx, owner_id, now)
            file = self._require(tx, owner_id, file_id)
            values = {} if name is None else {"name": clean_name(name)}
            if folder_id is not None and folder_id != file.folder_id:
                require_folder(tx, owner_id, folder_id)
                if stored.find_file(tx, owner_id, folder_id, file.document.id):
                    raise Conflict("That folder has a file with the same content.", code="duplicate_file")
                values["folder_id"] = folder_id
            stored.change_file(tx, owner_id, file_id, now, **values)
            change_corpus(tx, owner_id)
            return self._require(tx, owner_id, file_id)

        return await self._database.write(change)

    async def delete(self, owner_id: str, file_id: str) -> Receipt:
        def delete(tx: Tx) -> Receipt:
            lock_learner(tx, owner_id, self._clock.now())
            receipt = delete_file(tx, owner_id, file_id)
            if receipt is None:
                raise NotFound("There is no such file.", code="file_not_found")
            return receipt

        receipt = await self._database.write(delete)
        self._wake()
        return receipt

    async def retry(self, owner_id: str, file_id: str) -> File:
        def retry(tx: Tx) -> File:
            lock_learner(tx, owner_id, self._clock.now())
            file = self._require(tx, owner_id, file_id)
            if file.document.status not in (Status.FAILED, Status.NEEDS_OCR):
                raise Conflict(f"The file is {file.document.status}: there is nothing to retry.", code="not_failed")
            self._read_again(tx, owner_id, file.document)
            return self._require(tx, owner_id, file_id)

        file = await self._database.write(retry)
        self._wake()
        return file

    async def cancel(self, owner_id: str, file_id: str) -> File:
        """Stop reading a file; what was read of it is dropped, the file stays and can be retried."""

        def cancel(tx: Tx) -> File:
            lock_learner(tx, owner_id, self._clock.now())
            document = self._require(tx, owner_id, file_id).document
            if document.status.final:
                raise Conflict(f"The file is {document.status}: there is nothing to cancel.", code="not_running")
            remove_job(tx, owner_id, "ingest", document.id)
            remove_text(tx, owner_id, document.id)
            stored.change_document(
                tx,
                owner_id,
                document.id,
                self._clock.now(),
                status=Status.FAILED,
                error_code="cancelled",
                error_detail="Reading was cancelled. Retry to read the file.",
                chunks=0,
            )
            return self._require(tx, owner_id, file_id)

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
            async with asyncio.timeout(timeout_s):
                async for file in self.watch(owner_id, file_id):
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


class Receiving:
    """An upload under way: ``store`` the stream, then ``keep`` it once it is known whose it is and where it goes."""

    def __init__(self, files: Files, key: str) -> None:
        self.key = key
        self.kept = False
        self._files = files
        self._arrived: _Arriving | None = None

    @property
    def stored(self) -> bool:
        return self._arrived is not None

    async def store(self, name: str | None, content: AsyncIterable[bytes]) -> None:
        self._arrived = await self._files.store(self.key, name, content)

    async def keep(self, owner_id: str, folder_id: str) -> Uploaded:
        """Return the learner's file of these bytes: that of the same folder if it has them, else a new one.

        One that had failed is read again. In another folder the same bytes are a second file of one document.
        """
        if self._arrived is None:
            raise Invalid("There is no file in the upload: send one in the field `file`.", code="no_file")
        uploaded = await self._files.keep(owner_id, folder_id, self.key, self._arrived)
        self.kept = True
        return uploaded


class _Arriving:
    """A stream on its way in: its type is told from the first bytes, its size and hash are counted as it passes."""

    def __init__(self, content: AsyncIterable[bytes], name: str, max_bytes: int) -> None:
        self.name = name
        self.size = 0
        self._content = content
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._media_type: MediaType | None = None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def stream(self) -> AsyncIterator[bytes]:
        head = b""
        async for data in self._content:
            self._count(data)
            if self._media_type is not None:
                yield data
                continue
            head += data
            if len(head) >= HEAD_BYTES:
                self._media_type = sniff(head, self.name, size=len(head) + 1)
                yield head
        if self._media_type is None:
            self._media_type = sniff(head, self.name, self.size)
            yield head

    def _count(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._max_bytes:
            raise TooLarge(
                f"A file may have {self._max_bytes // 2**20} MB.", code="file_too_large", max_bytes=self._max_bytes
            )
        self._hash.update(data)

    def document(self, blob_key: str) -> Document:
        if self._media_type is None:
            raise ClaraError("The stream was not read to its end.")
        return Document(
            id=new_id("doc"),
            sha256=self.sha256,
            media_type=self._media_type.short,
            size=self.size,
            blob_key=blob_key,
            status=Status.QUEUED,
            error_code=None,
            error_detail=None,
            paged=self._media_type.paged,
            pages_done=0,
            pages_total=None,
            chunks=0,
        )
