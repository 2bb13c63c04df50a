"""What a learner has uploaded, in words."""

from collections.abc import Sequence

from clara.core.ids import NO_FOLDER
from clara.store.files import File, Status
from clara.store.folders import Folder

_STATES = {
    Status.QUEUED: "waiting to be read",
    Status.READING: "being read",
    Status.INDEXING: "being read",
    Status.FAILED: "could not be read",
    Status.NEEDS_OCR: "pictures without text",
}


def describe_library(files: Sequence[File], folders: Sequence[Folder]) -> str:
    """Return a sentence, then a line a file, by folder."""
    if not files:
        return "No files have been uploaded yet."
    names = {folder.id: folder.name for folder in folders} | {NO_FOLDER: ""}
    by_folder: dict[str, list[File]] = {}
    for file in files:
        by_folder.setdefault(file.folder_id, []).append(file)
    lines = [f"{len(files)} {'file has' if len(files) == 1 else 'files have'} been uploaded:"]
    for folder_id in sorted(by_folder, key=lambda key: names.get(key, "")):
        place = f" in {names[folder_id]}" if names.get(folder_id) else ""
        lines += [f"- {_describe(file)}{place}" for file in by_folder[folder_id]]
    return "\n".join(lines)


def _describe(file: File) -> str:
    document = file.document
    if document.status is not Status.READY:
        return f"{file.name} ({_STATES[document.status]})"
    count, unit = (document.pages_total, "page") if document.paged else (document.chunks, "passage")
    return f"{file.name} ({document.media_type}, {count} {unit}{'' if count == 1 else 's'})"
