"""/v1/folders: make, list, rename, delete."""

from typing import Annotated, Literal

from fastapi import Query, Response

from clara.api.deps import CallerDep, Cursor, Limit, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.folders import FolderAnswer, FolderChange, FolderList, FolderReceipt, NewFolder, ReceiptAnswer
from clara.core.caller import Scope
from clara.core.errors import NotFound

routes = router("folders")
_MISSING = problem_responses(NotFound)


@routes.get("/v1/folders")
@allow(Scope.FILES)
async def list_folders(
    caller: CallerDep, services: ServicesDep, limit: Limit = 100, cursor: Cursor = None
) -> FolderList:
    """List folders, oldest first, with how many files each has."""
    return FolderList.of(await services.folders.list(caller.owner_id, limit, cursor))


@routes.post("/v1/folders", status_code=201)
@allow(Scope.FILES)
async def create_folder(caller: CallerDep, services: ServicesDep, body: NewFolder, response: Response) -> FolderAnswer:
    """Make a folder."""
    folder = await services.folders.create(caller.owner_id, body.name, body.description)
    response.headers["Location"] = f"/v1/folders/{folder.id}"
    return FolderAnswer.of(folder)


@routes.get("/v1/folders/{folder_id}", responses=_MISSING)
@allow(Scope.FILES)
async def get_folder(caller: CallerDep, services: ServicesDep, folder_id: str) -> FolderAnswer:
    """One folder."""
    return FolderAnswer.of(await services.folders.get(caller.owner_id, folder_id))


@routes.patch("/v1/folders/{folder_id}", responses=_MISSING)
@allow(Scope.FILES)
async def change_folder(caller: CallerDep, services: ServicesDep, folder_id: str, body: FolderChange) -> FolderAnswer:
    """Rename a folder or describe it anew."""
    return FolderAnswer.of(await services.folders.change(caller.owner_id, folder_id, body.name, body.description))


@routes.delete("/v1/folders/{folder_id}", responses=_MISSING)
@allow(Scope.FILES)
async def delete_folder(
    caller: CallerDep,
    services: ServicesDep,
    folder_id: str,
    files: Annotated[Literal["keep", "delete"], Query(description="What becomes of the files in it.")] = "keep",
) -> FolderReceipt:
    """Delete a folder; its files move to no folder, or are deleted with it."""
    receipts = await services.folders.delete(caller.owner_id, folder_id, with_files=files == "delete")
    return FolderReceipt(folder_id=folder_id, files=[ReceiptAnswer.of(receipt) for receipt in receipts])
