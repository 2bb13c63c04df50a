"""The homework routes that existing clients call: thin aliases of the same calls as /v1 (api/rag.py has the rest)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from fastapi import Request

from clara.api.deps import AskedFolder, CallerDep, Services, ServicesDep, UserPath
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.existing import (
    ChatRequest,
    ChatResponse,
    ContextResponse,
    Done,
    ExistingConversation,
    ExistingConversations,
    ExistingFile,
    ExistingFiles,
    ExistingFolder,
    ExistingFolders,
    ExistingMessage,
    ExistingMessages,
    FolderMade,
    NewExistingFolder,
    UploadResponse,
)
from clara.api.uploads import FORM_OR_JSON_BODY, JSON, MULTIPART, receive_upload
from clara.core.caller import Scope
from clara.core.errors import (
    Conflict,
    NotFound,
    ProviderFailed,
    ProviderTimeout,
    TooLarge,
    Unreadable,
    UnsupportedType,
)
from clara.core.paging import PageOf
from clara.library.files import Uploaded
from clara.library.overview import describe_library
from clara.ops.limits import Rate
from clara.rag.extract.media import MediaType
from clara.store.files import File, Status

T = TypeVar("T")

routes = router("existing clients")
_MISSING = problem_responses(NotFound)
_UPLOAD_ERRORS = problem_responses(NotFound, Conflict, Unreadable, TooLarge, UnsupportedType)
READ_AT_ONCE = 500
"""These clients know no paging: their lists are whole, and read in such pages, so that others get their turn."""


@routes.post("/homework/chat-rag", responses=problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout))
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def ask_existing(caller: CallerDep, services: ServicesDep, body: ChatRequest) -> ChatResponse:
    """Ask. An id that the caller doesn't have opens a conversation of their own, filled from the history."""
    turn = await services.tutor.begin(
        caller.owner_id, body.conversation_id, body.message, body.folder, body.history, create=True
    )
    return ChatResponse.of(turn, await services.tutor.answer(turn))


@routes.post("/homework/upload-rag", responses=_UPLOAD_ERRORS, openapi_extra=FORM_OR_JSON_BODY)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def upload_existing(request: Request, services: ServicesDep) -> UploadResponse:
    """Upload a file, as a form or as JSON, and wait until it is read, for at most 55 s."""
    return await _upload(request, services)


@routes.post("/file-upload/", responses=_UPLOAD_ERRORS, openapi_extra=FORM_OR_JSON_BODY)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def upload_existing_too(request: Request, services: ServicesDep) -> UploadResponse:
    """The same under another name."""
    return await _upload(request, services)


@routes.post("/file-upload", responses=_UPLOAD_ERRORS, openapi_extra=FORM_OR_JSON_BODY, include_in_schema=False)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def upload_existing_without_slash(request: Request, services: ServicesDep) -> UploadResponse:
    return await _upload(request, services)


async def _upload(request: Request, services: Services) -> UploadResponse:
    owner_id, uploaded = await _receive(request, services)
    file = await _when_read(services, owner_id, uploaded.file.id)
    document = file.document
    if document.status is Status.FAILED:
        raise Unreadable(document.error_detail or "The file can't be read.", code=document.error_code, file_id=file.id)
    return UploadResponse(
        status="success" if document.status.final else "processing",
        message=_upload_message(file),
        filename=file.name,
        file_id=file.id,
        chunks_processed=document.chunks if document.status.final else 0,
        cache_key=file.id,
    )


async def _receive(request: Request, services: Services) -> tuple[str, Uploaded]:
    """Take an upload. These clients offer .doc among what may be uploaded: it is a file that can't be read."""
    try:
        return await receive_upload(request, services.files)
    except UnsupportedType as error:
        if error.problem_code != "old_office":
            raise
        raise Unreadable(error.detail, code="old_office", **error.facts) from error


async def _when_read(services: Services, owner_id: str, file_id: str) -> File:
    """Return the file once its state is final, or as it is when the wait is over or the server goes down."""
    reading = asyncio.ensure_future(services.files.wait(owner_id, file_id, services.settings.files.wait_s))
    draining = asyncio.ensure_future(services.drain.begun())
    try:
        await asyncio.wait((reading, draining), return_when=asyncio.FIRST_COMPLETED)
        return reading.result() if reading.done() else await services.files.get(owner_id, file_id)
    finally:
        reading.cancel()
        draining.cancel()


def _upload_message(file: File) -> str:
    match file.document.status:
        case Status.READY:
            chunks = file.document.chunks
            return f"{file.name} was read: {chunks} {'passage' if chunks == 1 else 'passages'}."
        case Status.NEEDS_OCR:
            what = "it is a picture" if MediaType(file.document.media_type).is_picture else "its pages are pictures"
            return (
                f"{file.name} is stored, but {what} without text: text recognition (OCR) is missing. "
                "Upload a copy with text to ask about it."
            )
        case _:
            return f"{file.name} is stored and still being read. Its state is in the list of files."


@routes.get("/homework/files", responses=_MISSING)
@allow(Scope.FILES)
async def list_existing_files(caller: CallerDep, services: ServicesDep, folder_id: AskedFolder) -> ExistingFiles:
    """The caller's files."""
    files = await _files(services, caller.owner_id, folder_id)
    return ExistingFiles(files=[ExistingFile.of(caller.owner_id, file) for file in files])


@routes.get("/homework/files/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def list_existing_files_of(
    caller: CallerDep, services: ServicesDep, user_id: UserPath, folder_id: AskedFolder
) -> ExistingFiles:
    """The same, naming the caller."""
    return await list_existing_files(caller, services, folder_id)


@routes.delete("/homework/files/{file_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_existing_file(caller: CallerDep, services: ServicesDep, file_id: str) -> Done:
    """Delete a file with its text and index."""
    await services.files.delete(caller.owner_id, file_id)
    return Done(message="The file and everything read from it was deleted.")


@routes.delete("/homework/files/{file_id}/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_existing_file_of(caller: CallerDep, services: ServicesDep, file_id: str, user_id: UserPath) -> Done:
    """The same, naming the caller."""
    return await delete_existing_file(caller, services, file_id)


@routes.get("/homework/folders")
@allow(Scope.FILES)
async def list_existing_folders(caller: CallerDep, services: ServicesDep) -> ExistingFolders:
    """The caller's folders."""
    folders = await _all(lambda cursor: services.folders.list(caller.owner_id, READ_AT_ONCE, cursor))
    return ExistingFolders(folders=[ExistingFolder.of(caller.owner_id, folder) for folder in folders])


@routes.get("/homework/folders/{user_id}")
@allow(Scope.FILES)
async def list_existing_folders_of(caller: CallerDep, services: ServicesDep, user_id: UserPath) -> ExistingFolders:
    """The same, naming the caller."""
    return await list_existing_folders(caller, services)


@routes.post("/homework/folders")
@allow(Scope.FILES)
async def create_existing_folder(caller: CallerDep, services: ServicesDep, body: NewExistingFolder) -> FolderMade:
    """Make a folder."""
    folder = await services.folders.create(caller.owner_id, body.name, body.description or "")
    return FolderMade(folder=ExistingFolder.of(caller.owner_id, folder))


@routes.get("/homework/conversations")
@allow(Scope.TUTOR)
async def list_existing_conversations(caller: CallerDep, services: ServicesDep) -> ExistingConversations:
    """The caller's conversations."""
    found = await _all(lambda cursor: services.conversations.list(caller.owner_id, READ_AT_ONCE, cursor))
    return ExistingConversations(conversations=[ExistingConversation.of(conversation) for conversation in found])


@routes.get("/homework/conversations/{user_id}")
@allow(Scope.TUTOR)
async def list_existing_conversations_of(
    caller: CallerDep, services: ServicesDep, user_id: UserPath
) -> ExistingConversations:
    """The same, naming the caller."""
    return await list_existing_conversations(caller, services)


@routes.get("/homework/conversations/{conversation_id}/messages", responses=_MISSING)
@allow(Scope.TUTOR)
async def list_existing_messages(caller: CallerDep, services: ServicesDep, conversation_id: str) -> ExistingMessages:
    """A conversation's messages."""
    latest = await _all(
        lambda cursor: services.conversations.messages(caller.owner_id, conversation_id, READ_AT_ONCE, cursor)
    )
    made = await services.studio.find(caller.owner_id, [set_id for message in latest for set_id in message.artifacts])
    return ExistingMessages(messages=[ExistingMessage.of(m, made) for m in sorted(latest, key=lambda m: m.seq)])


@routes.get("/homework/context/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def describe_existing_files(
    caller: CallerDep, services: ServicesDep, user_id: UserPath, folder_id: AskedFolder
) -> ContextResponse:
    """What this learner has uploaded, in words."""
    files = await _files(services, caller.owner_id, folder_id)
    folders = await _all(lambda cursor: services.folders.list(caller.owner_id, READ_AT_ONCE, cursor))
    return ContextResponse(context=describe_library(files, folders))


async def _files(services: Services, owner_id: str, folder_id: str | None) -> Sequence[File]:
    return await _all(lambda cursor: services.files.list(owner_id, folder_id, limit=READ_AT_ONCE, cursor=cursor))


async def _all(page_at: Callable[[str | None], Awaitable[PageOf[T]]]) -> Sequence[T]:
    """Return the items of every page."""
    page = await page_at(None)
    items = list(page.items)
    while page.next_cursor is not None:
        await asyncio.sleep(0)
        page = await page_at(page.next_cursor)
        items += page.items
    return items
