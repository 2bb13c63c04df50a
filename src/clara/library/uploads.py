"""Receiving an upload: streamed to the blob store, checked as it passes, kept in one transaction or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Internal, Invalid, TooLarge
from clara.core.ids import new_id
from clara.library.names import clean_name
from clara.rag.extract.media import MediaType
from clara.rag.extract.sniff import HEAD_BYTES, sniff
from clara.settings.sections import FileSettings
from clara.store import files as stored
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.files import Document, File, Status
from clara.store.folders import require_folder
from clara.store.jobs import DISCARD, INGEST, enqueue
from clara.store.learners import change_corpus, lock_learner
from clara.store.uploads import begin_upload, end_upload, expire_upload, forget_upload

log = structlog.get_logger()

UPLOAD_LIFE_S = 3600.0
RECEIVING = ""
"""Whose an upload is before its last field was read."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """``created`` is False when the same bytes were in that folder already: then ``file`` is that one."""

    file: File
    created: bool


class Uploads:
    """Takes in files, one at a time, for whomever the upload turns out to be from."""

    def __init__(
        self, database: Database, blobs: BlobStore, clock: Clock, limits: FileSettings, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._blobs = blobs
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
        """Remove what was received, unless it was kept after all: a caller may leave while that is being committed."""
        try:
            if await self._database.write(lambda tx: expire_upload(tx, RECEIVING, key)):
                await asyncio.to_thread(self._blobs.delete_now, key)
                await self._database.write(lambda tx: forget_upload(tx, RECEIVING, key))
        except ClaraError as error:
            # The row stays, and with it the sweep's knowledge of the blob.
            log.warning("upload.left_to_sweep", code=error.problem_code)

    async def store(self, key: str, name: str | None, content: AsyncIterable[bytes]) -> "Arriving":
        """Put a stream into the blob store while telling its type, size and hash."""
        arriving = Arriving(content, clean_name(name), self._limits.max_bytes)
        await self._blobs.put(key, arriving.stream())
        return arriving

    async def keep(self, owner_id: str, folder_id: str, key: str, arrived: "Arriving") -> Uploaded:
        """Make a stored stream the learner's file and queue its reading."""
        uploaded = await self._database.write(lambda tx: self._keep(tx, owner_id, folder_id, key, arrived))
        self._wake()
        return uploaded

    def _keep(self, tx: Tx, owner_id: str, folder_id: str, key: str, arrived: "Arriving") -> Uploaded:
        now = self._clock.now()
        lock_learner(tx, owner_id, now)
        require_folder(tx, owner_id, folder_id)
        if not end_upload(tx, RECEIVING, key):
            raise Conflict("The upload took too long. Send the file again.", code="upload_expired")
        document = stored.find_document(tx, owner_id, arrived.sha256)
        if document is None:
            document = self._add(tx, owner_id, key, arrived, now)
        elif document.status in (Status.FAILED, Status.NEEDS_OCR):
            # From the new bytes: those of before may be what failed.
            enqueue(tx, owner_id, DISCARD, document.blob_key)
            kind = arrived.media_type
            read_again(tx, owner_id, document.id, now, blob_key=key, media_type=kind.short, paged=kind.paged)
        else:
            enqueue(tx, owner_id, DISCARD, key)
        file = stored.find_file(tx, owner_id, folder_id, document.id)
        if file is not None:
            return Uploaded(file, created=False)
        self._check_count(tx, owner_id)
        file_id = new_id("file")
        stored.add_file(tx, owner_id, file_id, folder_id, document.id, arrived.name, now)
        change_corpus(tx, owner_id)
        return Uploaded(stored.require_file(tx, owner_id, file_id), created=True)

    def _add(self, tx: Tx, owner_id: str, key: str, arrived: "Arriving", now: float) -> Document:
        most = self._limits.max_bytes_per_learner
        if stored.stored_bytes(tx, owner_id) + arrived.size > most:
            raise TooLarge(
                f"All your files together may have {most // 2**20} MB. Delete some first.",
                code="quota_bytes",
                max_bytes=most,
            )
        document = arrived.document(key)
        stored.add_document(tx, owner_id, document, now)
        enqueue(tx, owner_id, INGEST, document.id)
        return document

    def _check_count(self, tx: Tx, owner_id: str) -> None:
        most = self._limits.max_per_learner
        if stored.count_files(tx, owner_id) >= most:
            raise Conflict(f"You may keep {most} files. Delete some first.", code="quota_files", max_files=most)


def read_again(tx: Tx, owner_id: str, document_id: str, now: float, **values: str | bool) -> None:
    """Queue a document that could not be read; ``values`` change it besides."""
    stored.change_document(
        tx,
        owner_id,
        document_id,
        now,
        status=Status.QUEUED,
        error_code=None,
        error_detail=None,
        pages_done=0,
        pages_total=None,
        chunks=0,
        **values,
    )
    enqueue(tx, owner_id, INGEST, document_id)


class Receiving:
    """An upload under way: ``store`` the stream, then ``keep`` it once it is known whose it is and where it goes."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        self.key = key
        self.kept = False
        self._uploads = uploads
        self._arrived: Arriving | None = None

    @property
    def stored(self) -> bool:
        return self._arrived is not None

    async def store(self, name: str | None, content: AsyncIterable[bytes]) -> None:
        """Take the bytes; raise TooLarge or UnsupportedType as soon as they tell."""
        self._arrived = await self._uploads.store(self.key, name, content)

    async def keep(self, owner_id: str, folder_id: str) -> Uploaded:
        """Return the learner's file of these bytes: that of the same folder if it has them, else a new one.

        One that had failed is read again. In another folder the same bytes are a second file of one document.
        """
        if self._arrived is None:
            raise Invalid("There is no file in the upload: send one in the field `file`.", code="no_file")
        uploaded = await self._uploads.keep(owner_id, folder_id, self.key, self._arrived)
        self.kept = True
        return uploaded


class Arriving:
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
                f"A file may have {self._max_bytes // 2**20} MB. Split it.",
                code="file_too_large",
                max_bytes=self._max_bytes,
            )
        self._hash.update(data)

    @property
    def media_type(self) -> MediaType:
        if self._media_type is None:
            raise Internal("The stream was not read to its end.")
        return self._media_type

    def document(self, blob_key: str) -> Document:
        return Document(
            id=new_id("doc"),
            sha256=self.sha256,
            media_type=self.media_type.short,
            size=self.size,
            blob_key=blob_key,
            status=Status.QUEUED,
            error_code=None,
            error_detail=None,
            paged=self.media_type.paged,
            pages_done=0,
            pages_total=None,
            chunks=0,
        )
