"""DOCX: paragraphs, headings, lists, tables, notes and formulas, in the document's order, as lines of plain text.

Page breaks aren't pages: where a page ends is decided by the program that shows the document.
"""

import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from clara.rag.documents import Page
from clara.rag.extract.characters import clean_title
from clara.rag.extract.docx_math import latex
from clara.rag.extract.docx_styles import Styles
from clara.rag.extract.draft import Draft
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.ooxml import DAMAGE, attribute, child, is_on, read_blocks, read_whole, tag, value
from clara.rag.extract.parts import read_parts
from clara.rag.extract.scripts import lowered, raised
from clara.rag.extract.zipped import Archive

_DROPPED = frozenset(
    {"del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "instrText", "Fallback"}
)
_PLAIN_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = {"footnoteReference": "footnotes.xml", "endnoteReference": "endnotes.xml"}


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    with Archive(path, limits, DAMAGE) as archive:
        document = _document_name(archive)
        folder = document[: document.rindex("/") + 1]
        writer = Writer(Styles.of(archive, folder), _notes(archive, folder), limits)
        writer.blocks(read_blocks(archive, document))
        return read_parts(writer.draft.text(), writer.draft.marks, _title(archive))


class Writer:
    """Turns elements into a draft."""

    def __init__(self, styles: Styles, notes: dict[tuple[str, str], Element], limits: ExtractLimits) -> None:
        self.draft = Draft(limits.max_chars)
        self._styles = styles
        self._notes = notes
        self._boxes: list[Element] = []
        self._cited: list[tuple[str, str]] = []
        self._cited_total = 0

    def blocks(self, elements: Iterable[Element]) -> None:
        for element in elements:
            match tag(element):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self._table(element)
                case "m:oMathPara" | "m:oMath":
                    self.draft.block(self._formula(element))
                case name if name not in _DROPPED:
                    self.blocks(element)

    def _paragraph(self, paragraph: Element) -> None:
        level, label = self._styles.level(paragraph), self._styles.label(paragraph)
        text = self._inline(paragraph).strip(" \n")
        if text and level is not None:
            self.draft.heading(level, f"{label} {text}" if label and label != "-" else text)
        elif text:
            self.draft.block(f"{label} {text}" if label else text, group="item" if label else "")
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)
        cited, self._cited = self._cited, []
        for note in cited:
            words = " ".join(self._inline(p).strip() for p in self._notes[note].iter() if tag(p) == "p")
            self.draft.block(f"[{note[1]}] {words}")

    def _table(self, table: Element) -> None:
        for row in _rows(table):
            cells = [" ".join(self._cell(cell).split()) for cell in _cells(row)]
            self.draft.block(" | ".join(cells).strip() if any(cells) else "", group="row")

    def _cell(self, cell: Element) -> str:
        """The paragraphs of a cell, also those of a table inside it, in one line."""
        pieces = []
        for element in cell:
            if tag(element) == "p":
                pieces.append(self._inline(element))
            elif tag(element) not in _DROPPED:
                pieces.append(self._cell(element))
        return " ".join(piece for piece in pieces if piece)

    def _inline(self, element: Element) -> str:
        pieces = []
        for part in element:
            name = tag(part)
            if name == "r":
                pieces.append(self._run(part))
            elif name.startswith("m:oMath"):
                pieces.append(self._formula(part))
            elif name not in _DROPPED:
                pieces.append(self._inline(part))
        return "".join(pieces)

    def _run(self, run: Element) -> str:
        if is_on(run, "rPr", "vanish"):
            return ""
        text = "".join(self._run_part(part) for part in run)
        match value(run, "rPr", "vertAlign"):
            case "superscript":
                return raised(text)
            case "subscript":
                return lowered(text)
        return text

    def _run_part(self, part: Element) -> str:
        name = tag(part)
        if name == "t":
            return part.text or ""
        if name == "br":
            return "" if attribute(part, "type") in ("page", "column") else "\n"
        if name in _NOTES:
            return self._cite(name, attribute(part, "id") or "")
        if name in ("drawing", "pict", "object", "AlternateContent"):
            self._boxes.extend(_text_boxes(part))
        return _PLAIN_SIGNS.get(name, "")

    def _cite(self, kind: str, note: str) -> str:
        if (kind, note) not in self._notes:
            return ""
        self._cited.append((kind, note))
        return f"[{note}]"

    def _formula(self, element: Element) -> str:
        text = " ".join(latex(element).split())
        sign = "$$" if tag(element) == "m:oMathPara" else "$"
        return f"{sign}{text}{sign}" if text else ""


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        if tag(element) == "tr":
            yield element
        elif tag(element) not in _DROPPED:
            yield from _rows(element)


def _cells(row: Element) -> Iterator[Element]:
    for element in row:
        if tag(element) == "tc":
            yield element
        elif tag(element) not in _DROPPED and tag(element) != "trPr":
            yield from _cells(element)


def _text_boxes(element: Element) -> Iterator[Element]:
    """The contents of text boxes; of two versions for newer and older programs, the first."""
    for part in element:
        if tag(part) == "txbxContent":
            yield part
        elif tag(part) != "Fallback":
            yield from _text_boxes(part)


def _document_name(archive: Archive) -> str:
    """The main part's name. Raises ReadFailed where there is none: another kind of zip."""
    if "_rels/.rels" in archive:
        for relation in read_whole(archive, "_rels/.rels"):
            if (attribute(relation, "Type") or "").endswith("/officeDocument"):
                name = posixpath.normpath((attribute(relation, "Target") or "").lstrip("/"))
                if name in archive and name.startswith("word/"):
                    return name
    if "word/document.xml" not in archive:
        raise ReadFailed(DAMAGE)
    return "word/document.xml"


def _notes(archive: Archive, folder: str) -> dict[tuple[str, str], Element]:
    notes: dict[tuple[str, str], Element] = {}
    for kind, name in _NOTES.items():
        if folder + name in archive:
            for note in read_whole(archive, folder + name):
                if attribute(note, "type") in (None, "normal"):
                    notes[kind, attribute(note, "id") or ""] = note
    return notes


def _title(archive: Archive) -> str | None:
    if "docProps/core.xml" not in archive:
        return None
    title = child(read_whole(archive, "docProps/core.xml"), "title")
    return clean_title(title.text or "")[:MAX_TITLE_CHARS] or None if title is not None else None
