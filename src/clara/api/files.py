"""/v1/files: upload, list, watch, open."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote as percent_encode

from fastapi import Path, Query, Request, Response
from starlette.responses import StreamingResponse

from clara.api.context import context_of
from clara.api.deps import CallerDep, Cursor, FolderFilter, Limit, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.ranges import asked_range, is_known
from clara.api.routes import router
from clara.api.schemas.files import FileAnswer, FileChange, FileList, PageAnswer
from clara.api.schemas.folders import ReceiptAnswer
from clara.api.streams import EVENT_STREAM, EventStream, ServerEvent
from clara.api.uploads import FORM_BODY, MULTIPART, receive_form
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound, RangeNotSatisfiable, TooLarge, Unreadable, UnsupportedType
from clara.ops.limits import Rate
from clara.rag.extract.media import MediaType
from clara.store.files import File, Status

Responses = dict[int | str, dict[str, Any]]

routes = router("files")
_MISSING = problem_responses(NotFound)
_SCHEMA = {"schema": {"type": "string", "format": "binary"}}
_ANY_TYPE = {media_type.mime: _SCHEMA for media_type in MediaType}
_BYTES: Responses = {
    200: {"description": "The whole file.", "content": _ANY_TYPE},
    206: {"description": "The range that was asked for.", "content": _ANY_TYPE},
}
_PICTURE: Responses = {
    200: {"description": "The picture.", "content": {"image/png": _SCHEMA}},
    304: {"description": "The picture that the client has is still right."},
}
PageNumber = Annotated[int, Path(ge=1, le=10_000_000)]


@routes.post(
    "/v1/files",
    status_code=202,
    responses=problem_responses(NotFound, Conflict, Unreadable, TooLarge, UnsupportedType),
    openapi_extra=FORM_BODY,
)
@allow(Scope.FILES, rate=Rate.UPLOAD, stream=(MULTIPART,))
async def upload_file(request: Request, response: Response, services: ServicesDep) -> FileAnswer:
    """Upload a file; it is read in the background. The same bytes in the same folder give the same file back."""
    _, uploaded = await receive_form(request, services.files)
    response.headers["Location"] = f"/v1/files/{uploaded.file.id}"
    return FileAnswer.of(uploaded.file)


@routes.get("/v1/files", responses=_MISSING)
@allow(Scope.FILES)
async def list_files(
    caller: CallerDep,
    services: ServicesDep,
    folder_id: FolderFilter = None,
    status: Status | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> FileList:
    """List files, newest first."""
    return FileList.of(await services.files.list(caller.owner_id, folder_id, status, limit, cursor))


@routes.get("/v1/files/{file_id}", responses=_MISSING)
@allow(Scope.FILES)
async def get_file(caller: CallerDep, services: ServicesDep, file_id: str) -> FileAnswer:
    """One file, and how far its reading is."""
    return FileAnswer.of(await services.files.get(caller.owner_id, file_id))


@routes.patch("/v1/files/{file_id}", responses=problem_responses(NotFound, Conflict))
@allow(Scope.FILES)
async def change_file(caller: CallerDep, services: ServicesDep, file_id: str, body: FileChange) -> FileAnswer:
    """Rename a file or move it to another folder."""
    return FileAnswer.of(await services.files.change(caller.owner_id, file_id, body.name, body.folder_id))


@routes.delete("/v1/files/{file_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_file(caller: CallerDep, services: ServicesDep, file_id: str) -> ReceiptAnswer:
    """Delete a file with its text, index and caches, and say what was removed."""
    receipt = await services.files.delete(caller.owner_id, file_id)
    return ReceiptAnswer.of(receipt)


@routes.post("/v1/files/{file_id}/retry", status_code=202, responses=problem_responses(NotFound, Conflict))
@allow(Scope.FILES, rate=Rate.UPLOAD)
async def retry_file(caller: CallerDep, services: ServicesDep, file_id: str) -> FileAnswer:
    """Read a failed file again."""
    return FileAnswer.of(await services.files.retry(caller.owner_id, file_id))


@routes.post("/v1/files/{file_id}/cancel", responses=problem_responses(NotFound, Conflict))
@allow(Scope.FILES)
async def cancel_file(caller: CallerDep, services: ServicesDep, file_id: str) -> FileAnswer:
    """Stop reading a file. It stays, and can be retried."""
    return FileAnswer.of(await services.files.cancel(caller.owner_id, file_id))


@routes.get("/v1/files/{file_id}/events", response_class=StreamingResponse, responses=_MISSING | EVENT_STREAM)
@allow(Scope.FILES)
async def watch_file(caller: CallerDep, services: ServicesDep, file_id: str) -> Response:
    """Server-sent events `status` with the file, now and at every change, until its state is final."""
    await services.files.get(caller.owner_id, file_id)

    async def events() -> AsyncIterator[ServerEvent]:
        async for file in services.files.watch(caller.owner_id, file_id):
            yield ServerEvent("status", FileAnswer.of(file).model_dump(mode="json"))

    return EventStream(events(), drain=services.drain, max_life_s=services.settings.http.stream_max_life_s)


@routes.get(
    "/v1/files/{file_id}/content",
    response_class=StreamingResponse,
    responses=problem_responses(NotFound, RangeNotSatisfiable) | _BYTES,
)
@allow(Scope.FILES)
async def download_file(request: Request, caller: CallerDep, services: ServicesDep, file_id: str) -> Response:
    """The uploaded bytes, as an attachment; `Range` is answered."""
    await services.locks.require_open_file(caller.owner_id, file_id)
    file = await services.files.get(caller.owner_id, file_id)
    size, etag = file.document.size, f'"{file.document.sha256}"'
    same = request.headers.get("if-range", etag) == etag
    wanted = asked_range(request.headers.get("range"), size) if same else None
    start, end = wanted or (0, size)
    headers = {
        "Content-Type": _media_type(file).mime,
        "Content-Length": str(end - start),
        "Content-Disposition": f"attachment; filename*=UTF-8''{percent_encode(file.name, safe='')}",
        "Accept-Ranges": "bytes",
        "ETag": etag,
    }
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if wanted else 200
    if context_of(request.scope).head:
        return Response(status_code=status, headers=headers)
    body = services.files.read(file, start, end)
    # The first bytes now, so that a blob that can't be read is an error and not a cut answer.
    first = await anext(body, b"")
    return StreamingResponse(_chained(first, body), status, headers=headers)


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for data in rest:
        yield data


@routes.get("/v1/files/{file_id}/pages/{number}", responses=problem_responses(NotFound, Conflict))
@allow(Scope.FILES)
async def get_page(
    caller: CallerDep,
    services: ServicesDep,
    file_id: str,
    number: PageNumber,
    quote: Annotated[str | None, Query(max_length=5000, description="Where does this stand on the page?")] = None,
    chunk_id: Annotated[str | None, Query(max_length=100, description="Where does this passage stand?")] = None,
) -> PageAnswer:
    """One page's text, and the offsets of a quote in it."""
    await services.locks.require_open_file(caller.owner_id, file_id)
    return PageAnswer.of(await services.pages.open(caller.owner_id, file_id, number, quote, chunk_id))


@routes.get(
    "/v1/files/{file_id}/pages/{number}/image",
    response_class=Response,
    responses=problem_responses(NotFound, TooLarge, UnsupportedType, Unreadable) | _PICTURE,
)
@allow(Scope.FILES)
async def get_page_image(
    request: Request,
    caller: CallerDep,
    services: ServicesDep,
    file_id: str,
    number: PageNumber,
    width: Annotated[int, Query(ge=100, le=2000, description="Pixels.")] = 900,
) -> Response:
    """One page of a PDF as a picture."""
    await services.locks.require_open_file(caller.owner_id, file_id)
    file = await services.files.get(caller.owner_id, file_id)
    if _media_type(file) is not MediaType.PDF:
        raise UnsupportedType("Only pages of PDF files have pictures. Ask for the page's text.", code="no_picture")
    if file.document.pages_total is not None and number > file.document.pages_total:
        raise NotFound(f"The file has {file.document.pages_total} pages. Ask for one of them.", code="page_not_found")
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{file.document.sha256[:32]}-{number}-{width}"'}
    if is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    from clara.rag.extract.render import render_page

    async with services.drawing:
        with services.files.as_path(file) as path:
            png = await asyncio.to_thread(render_page, path, number, width)
    return Response(png, media_type="image/png", headers=headers)


def _media_type(file: File) -> MediaType:
    return MediaType(file.document.media_type)
