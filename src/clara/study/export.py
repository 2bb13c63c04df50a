"""Cards for other programs: CSV for spreadsheets, a package for Anki."""

import csv
import hashlib
import html
import io
import tempfile
from enum import StrEnum
from pathlib import Path

from clara.core.errors import Conflict, Unavailable
from clara.study.scope import Kind
from clara.study.sets import Item, ShownSource, StudySet

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet calculate a cell."""
_MODEL_ID = 1_607_392_319
"""Of our one note type: the same in every export, so that Anki keeps one."""
_STYLE = ".card { font-family: sans-serif; font-size: 20px; text-align: center; } .source { font-size: 14px; }"


class Format(StrEnum):
    """What cards can be exported as."""

    CSV = "csv"
    APKG = "apkg"

    @property
    def media_type(self) -> str:
        return "text/csv" if self is Format.CSV else "application/octet-stream"


def export(found: StudySet, form: Format) -> bytes:
    """Return a file of the set's cards; Conflict for any other kind. Blocks: for a thread."""
    if found.kind is not Kind.FLASHCARDS:
        raise Conflict("Only flashcards can be exported.", code="not_cards")
    return _csv(found) if form is Format.CSV else _apkg(found)


def _csv(found: StudySet) -> bytes:
    """Return a table of front, back and source, in UTF-8 with the mark that Excel knows it by; no cell is a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("front", "back", "source"))
    writer.writerows([_cell(text) for text in _texts(item)] for item in found.items)
    return written.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _apkg(found: StudySet) -> bytes:
    """Return Anki's package. A card that is imported again replaces itself: its note's id is ours."""
    try:
        import genanki
    except ImportError:
        raise Unavailable(
            "The package for exports to Anki is not installed: `pip install clara[study]`.",
            code="study_not_installed",
            headers={"Retry-After": "3600"},
        ) from None
    template = {
        "name": "Card",
        "qfmt": "{{Front}}",
        "afmt": '{{FrontSide}}<hr id="answer">{{Back}}<div class="source">{{Source}}</div>',
    }
    fields = [{"name": "Front"}, {"name": "Back"}, {"name": "Source"}]
    model = genanki.Model(_MODEL_ID, "Clara", fields=fields, templates=[template], css=_STYLE)
    # Anki takes "::" for a deck inside a deck.
    deck = genanki.Deck(_number(found.id), html.escape(found.title.replace("::", ":")))
    for item in found.items:
        guid = genanki.guid_for(item.card.id if item.card else f"{found.id} {item.number}")
        deck.add_note(genanki.Note(model=model, fields=[html.escape(text) for text in _texts(item)], guid=guid))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cards.apkg"
        genanki.Package(deck).write_to_file(str(path), timestamp=found.created_at)
        return path.read_bytes()


def _texts(item: Item) -> tuple[str, str, str]:
    return item.body["front"], item.body["back"], "; ".join(filter(None, map(_place, item.sources[:1])))


def _place(source: ShownSource) -> str:
    if not source.file_name:
        return ""
    return f"{source.file_name}, p. {source.pages}" if source.pages else source.file_name


def _number(set_id: str) -> int:
    """Return a deck's id: always the same for a set, and within what Anki takes."""
    return 1 << 30 | int.from_bytes(hashlib.blake2b(set_id.encode(), digest_size=4).digest(), "big") >> 2
