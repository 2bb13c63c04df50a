"""What the learner's files are about, without a model: how each and its chapters begin."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.parts import split
from clara.rag.passages import passage_of
from clara.rag.statements import is_contents
from clara.store.database import Tx
from clara.store.files import File, Status, count_files, list_files
from clara.store.passages import ChunkRow, Placed, get_chunks, section_starts
from clara.tutor.checking import Draft

MOST_QUOTES = 8
"""Of all files together. They are dealt out evenly, to the newest files first."""
LEAST_CHARS, MOST_CHARS = 60, 420


@dataclass(frozen=True, slots=True)
class Overview:
    """How many files there are to search, and the beginnings of some, each of which is to be checked."""

    files: int
    drafts: Sequence[Draft]


def look_over(tx: Tx, owner_id: str, folder_id: str | None) -> Overview:
    """Return the beginnings of the newest files of a folder, or of all, and of their chapters."""
    count = count_files(tx, owner_id, folder_id, Status.READY)
    files = list_files(tx, owner_id, folder_id, Status.READY, MOST_QUOTES, None)
    drafts: list[Draft] = []
    for file in files:
        share = MOST_QUOTES // len(files)
        places = _chapters(section_starts(tx, owner_id, file.document.id))
        found = get_chunks(tx, owner_id, [(file.document.id, seq) for seq in _spread(places, share)])
        drafts += [_draft(file, found[key]) for key in sorted(found)]
    return Overview(count, drafts)


def _chapters(sections: Sequence[tuple[int, str]]) -> list[int]:
    """Return where the chapters begin: the highest headings of which there is more than one, and the beginning."""
    paths = [(seq, heading.split(HEADING_SEPARATOR)) for seq, heading in sections]
    for depth in range(max((len(path) for _, path in paths), default=0)):
        first: dict[tuple[str, ...], int] = {}
        for seq, path in paths:
            first.setdefault(tuple(path[: depth + 1]), seq)
        if len(first) > 2:
            return list(first.values())
    return [seq for seq, _ in paths]


def _spread(places: Sequence[int], most: int) -> list[int]:
    """Return at most so many of the places, the first among them, evenly."""
    if len(places) <= most:
        return list(places)
    return [places[at * len(places) // most] for at in range(most)]


def _draft(file: File, chunk: ChunkRow) -> Draft:
    document = file.document
    placed = Placed(document.id, file.id, file.folder_id, file.name, document.paged)
    return Draft(passage_of(chunk, placed), *_beginning(chunk))


def _beginning(chunk: ChunkRow) -> tuple[int, int]:
    """Return the offsets of a chunk's titles and first sentences: not too little, and not too much."""
    text = chunk.text
    start = len(text) - len(text.lstrip("# \n\t"))
    # A table of contents is quoted as it begins; elsewhere what follows the titles goes along with them.
    ends = [end for _, end in split(text, "" if is_contents(text) else chunk.heading) if end > start]
    fitting = [end for end in ends if end - start <= MOST_CHARS]
    if not fitting:
        blank = text.rfind(" ", start, start + MOST_CHARS)
        return start, min(len(text), blank if blank > start else start + MOST_CHARS)
    return start, next((end for end in fitting if end - start >= LEAST_CHARS), fitting[-1])
