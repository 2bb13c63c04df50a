"""The routes that existing clients call: thin aliases of the same calls as /v1."""

from typing import Annotated

from fastapi import Path, Query, Request

from clara.api.bodies import check_text
from clara.api.deps import CallerDep, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.chats import CitationAnswer
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
    RagContext,
    RagResult,
    RagResults,
    UploadResponse,
    folder_named,
)
from clara.api.schemas.files import folder_on_the_wire
from clara.api.uploads import JSON, MULTIPART, UPLOAD_BODY, receive_upload
from clara.core.caller import Scope
from clara.core.clock import iso
from clara.core.errors import Conflict, NotFound, TooLarge, Unreadable, UnsupportedType
from clara.library.overview import describe_library
from clara.ops.limits import Rate
from clara.rag.passages import join_passages
from clara.store.conversations import Conversation
from clara.store.files import File, Status

routes = router("existing clients")
_MISSING = problem_responses(NotFound)
_UPLOAD_ERRORS = problem_responses(NotFound, Conflict, Unreadable, TooLarge, UnsupportedType)
MOST_LISTED = 10_000
ClassId = Annotated[str | None, Query(max_length=128, description="The folder; class and folder are the same.")]
UserPath = Annotated[str, Path(max_length=512)]
Asked = Annotated[str, Query(min_length=1, max_length=5000)]


@routes.post("/homework/chat-rag", responses=problem_responses(NotFound, Conflict))
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def chat_rag(caller: CallerDep, services: ServicesDep, body: ChatRequest) -> ChatResponse:
    """Ask; an unknown conversation id opens a conversation of the caller's own, filled from the history."""
    turn = await services.tutor.begin(
        caller.owner_id, body.conversation_id, body.message, body.folder, body.history, create=True
    )
    answered = await services.tutor.answer(turn)
    return ChatResponse(
        response=answered.content,
        conversation_id=turn.conversation.id,
        context_used=answered.covered,
        timestamp=iso(services.clock.now()),
        citations=[CitationAnswer.of(cited) for cited in answered.citations],
    )


@routes.post("/homework/upload-rag", responses=_UPLOAD_ERRORS, openapi_extra=UPLOAD_BODY)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def upload_rag(request: Request, services: ServicesDep) -> UploadResponse:
    """Upload a file, as multipart or JSON, and wait until it is read, for at most 55 s."""
    return await _upload(request, services)


@routes.post("/file-upload/", responses=_UPLOAD_ERRORS, openapi_extra=UPLOAD_BODY)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def file_upload(request: Request, services: ServicesDep) -> UploadResponse:
    """The same under another name."""
    return await _upload(request, services)


@routes.post("/file-upload", responses=_UPLOAD_ERRORS, openapi_extra=UPLOAD_BODY, include_in_schema=False)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART, JSON))
async def file_upload_without_slash(request: Request, services: ServicesDep) -> UploadResponse:
    return await _upload(request, services)


async def _upload(request: Request, services: ServicesDep) -> UploadResponse:
    owner_id, uploaded = await receive_upload(request, services.files)
    file = await services.files.wait(owner_id, uploaded.file.id, services.settings.files.wait_s)
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


def _upload_message(file: File) -> str:
    match file.document.status:
        case Status.READY:
            return f"{file.name} was read: {file.document.chunks} passages."
        case Status.NEEDS_OCR:
            return f"{file.name} is stored, but its pages are pictures without text: text recognition (OCR) is missing."
        case _:
            return f"{file.name} is stored and still being read. Ask for it again in a moment."


@routes.get("/homework/files", responses=_MISSING)
@allow(Scope.FILES)
async def my_files(caller: CallerDep, services: ServicesDep, class_id: ClassId = None) -> ExistingFiles:
    """The caller's files."""
    page = await services.files.list(caller.owner_id, folder_named(class_id), limit=MOST_LISTED)
    return ExistingFiles(files=[ExistingFile.of(caller.owner_id, file) for file in page.items])


@routes.get("/homework/files/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def files_of(
    caller: CallerDep, services: ServicesDep, user_id: UserPath, class_id: ClassId = None
) -> ExistingFiles:
    """The same, naming the caller."""
    return await my_files(caller, services, class_id)


@routes.delete("/homework/files/{file_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_my_file(caller: CallerDep, services: ServicesDep, file_id: str) -> Done:
    """Delete a file with its text and index."""
    await services.files.delete(caller.owner_id, file_id)
    services.search.corpora.forget(caller.owner_id)
    return Done(message="The file and everything read from it was deleted.")


@routes.delete("/homework/files/{file_id}/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_file_of(caller: CallerDep, services: ServicesDep, file_id: str, user_id: UserPath) -> Done:
    """The same, naming the caller."""
    return await delete_my_file(caller, services, file_id)


@routes.get("/homework/folders")
@allow(Scope.FILES)
async def my_folders(caller: CallerDep, services: ServicesDep) -> ExistingFolders:
    """The caller's folders."""
    page = await services.folders.list(caller.owner_id, MOST_LISTED)
    return ExistingFolders(folders=[ExistingFolder.of(caller.owner_id, folder) for folder in page.items])


@routes.get("/homework/folders/{user_id}")
@allow(Scope.FILES)
async def folders_of(caller: CallerDep, services: ServicesDep, user_id: UserPath) -> ExistingFolders:
    """The same, naming the caller."""
    return await my_folders(caller, services)


@routes.post("/homework/folders")
@allow(Scope.FILES)
async def make_folder(caller: CallerDep, services: ServicesDep, body: NewExistingFolder) -> FolderMade:
    """Make a folder."""
    folder = await services.folders.create(caller.owner_id, body.name, body.description or "")
    return FolderMade(folder=ExistingFolder.of(caller.owner_id, folder))


@routes.get("/homework/conversations")
@allow(Scope.TUTOR)
async def my_conversations(caller: CallerDep, services: ServicesDep) -> ExistingConversations:
    """The caller's conversations, latest first."""
    page = await services.conversations.list(caller.owner_id, MOST_LISTED)
    return ExistingConversations(conversations=[_conversation(item) for item in page.items])


@routes.get("/homework/conversations/{user_id}")
@allow(Scope.TUTOR)
async def conversations_of(caller: CallerDep, services: ServicesDep, user_id: UserPath) -> ExistingConversations:
    """The same, naming the caller."""
    return await my_conversations(caller, services)


def _conversation(item: Conversation) -> ExistingConversation:
    return ExistingConversation(
        id=item.id,
        conversation_id=item.id,
        title=item.title,
        folder_id=folder_on_the_wire(item.folder_id),
        created_at=iso(item.created_at),
        updated_at=iso(item.updated_at),
    )


@routes.get("/homework/conversations/{conversation_id}/messages", responses=_MISSING)
@allow(Scope.TUTOR)
async def conversation_messages(caller: CallerDep, services: ServicesDep, conversation_id: str) -> ExistingMessages:
    """A conversation's messages, oldest first."""
    found = await services.conversations.messages(caller.owner_id, conversation_id)
    return ExistingMessages(
        messages=[
            ExistingMessage(
                id=message.id,
                role=message.role,
                content=message.content,
                tool_calls=[],
                citations=[CitationAnswer.of(citation) for citation in message.citations],
                timestamp=iso(message.created_at),
            )
            for message in found
        ]
    )


@routes.get("/homework/context/{user_id}", responses=_MISSING)
@allow(Scope.FILES)
async def library_context(
    caller: CallerDep, services: ServicesDep, user_id: UserPath, class_id: ClassId = None
) -> ContextResponse:
    """What this learner has uploaded, in words."""
    files = await services.files.list(caller.owner_id, folder_named(class_id), limit=MOST_LISTED)
    folders = await services.folders.list(caller.owner_id, MOST_LISTED)
    return ContextResponse(context=describe_library(files.items, folders.items))


@routes.get("/rag/context/{user_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def rag_context(
    caller: CallerDep,
    services: ServicesDep,
    user_id: UserPath,
    query: Asked,
    class_id: ClassId = None,
    max_tokens: Annotated[int, Query(ge=1, le=32_000)] = 1000,
) -> RagContext:
    """Passages joined as text, each headed by its file and page, of at most about so many tokens."""
    check_text(query)
    result = await services.search.search(caller.owner_id, query, folder_id=folder_named(class_id), limit=50)
    context = join_passages(result.passages, max_tokens)
    return RagContext(context=context, query=query, user_id=caller.owner_id, class_id=class_id)


@routes.get("/rag/search/{user_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def rag_search(
    caller: CallerDep,
    services: ServicesDep,
    user_id: UserPath,
    query: Asked,
    class_id: ClassId = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
) -> RagResults:
    """The passages that fit best."""
    check_text(query)
    result = await services.search.search(caller.owner_id, query, folder_id=folder_named(class_id), limit=limit)
    return RagResults(
        results=[
            RagResult(
                chunk_id=passage.chunk_id,
                content=passage.text,
                score=round(passage.score, 6),
                source_file=passage.file_name,
                metadata={
                    "file_id": passage.file_id,
                    "folder_id": folder_on_the_wire(passage.folder_id),
                    "class_id": folder_on_the_wire(passage.folder_id),
                    "page_from": passage.page_from,
                    "page_to": passage.page_to,
                    "heading": passage.heading,
                },
            )
            for passage in result.passages
        ],
        query=query,
        user_id=caller.owner_id,
        class_id=class_id,
    )
