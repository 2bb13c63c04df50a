"""What a file is, told from its bytes. Its name only decides between the kinds of text."""

import re
from pathlib import Path, PurePath
from zipfile import BadZipFile, ZipFile

from clara.core.errors import ClaraError, TooLarge, Unreadable, UnsupportedType
from clara.rag.extract.characters import guess_encoding, is_mostly_high
from clara.rag.extract.charset import declared_encoding
from clara.rag.extract.failures import UNREADABLE
from clara.rag.extract.media import KEPT_TYPES, READ_LABELS, READ_TYPES, MediaType
from clara.rag.extract.pictures import picture_size, picture_type
from clara.rag.extract.signatures import binary_type, ole_type, zip_type

HEAD_BYTES = 64 * 1024
"""How much of a file's start is looked at. Less will do; nothing beyond is."""

MAX_PIXELS = 200_000_000
"""More than any camera takes; a picture that says it has more would only be a burden to whoever draws it."""
_TAKEN = f"The types that are read: {READ_TYPES}. Pictures are kept as they are: {KEPT_TYPES}."
_TEXT_SUFFIXES = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), MediaType.MARKDOWN),
    **dict.fromkeys((".htm", ".html", ".xhtml"), MediaType.HTML),
    **dict.fromkeys((".csv", ".tsv"), MediaType.CSV),
}
_DOCUMENT_SUFFIXES = {*_TEXT_SUFFIXES, ".txt", ".pdf", ".docx", ".doc", ".rtf", ".odt", ".pptx", ".xlsx", ".epub"}
_HTML_START = re.compile(
    r"(?>\s+|<!--.*?-->|<\?xml[^>]*>)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML_START = re.compile(r"\s*(?:<\?xml\b|<svg\b|<!doctype\s+(?!html))", re.IGNORECASE)


def sniff(head: bytes, filename: str, size: int) -> MediaType:
    """Return the type of a file of ``size`` bytes that starts with ``head`` (up to HEAD_BYTES are used).

    A zip may be told apart only by its end (see sniff_file); where its head names no part, the name's .docx is
    believed, and the reader finds out. Raises UnsupportedType, saying what it seems to be, and Unreadable
    (empty_file, unreadable_text).
    """
    if size == 0 or not head:
        raise Unreadable("The file is empty. Choose one that has content.", code="empty_file")
    head = head[:HEAD_BYTES]
    if _is_pdf(head):
        return MediaType.PDF
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _office_type(zip_type(head), filename)
    if kind := picture_type(head):
        return _picture(kind, head, filename, is_whole=size <= len(head))
    if found := ole_type(head):
        raise old_office(found)
    if found := binary_type(head):
        raise unsupported(found)
    return _text_type(head, filename, is_whole=size <= len(head))


def sniff_file(path: Path, filename: str) -> MediaType:
    """Like sniff, for a file that is there whole: the central directory of a zip is looked at too."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    size = path.stat().st_size
    if not head.startswith(b"PK"):
        return sniff(head, filename, size)
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return sniff(head, filename, size)
    return _office_type(zip_type(head, names), filename)


def unsupported(found: str) -> ClaraError:
    """Return the error for a type that isn't read; ``found`` is a noun phrase like "a PNG image"."""
    return UnsupportedType(f"This is {found}. {_TAKEN}", found=found, read=READ_LABELS)


def old_office(found: str) -> ClaraError:
    """Return the error for a document that its own program can save as one that is read."""
    return UnsupportedType(
        f"This is {found}. Save it as DOCX or PDF, without a password, and upload that. {_TAKEN}",
        code="old_office",
        found=found,
        read=READ_LABELS,
    )


def _picture(kind: MediaType, head: bytes, filename: str, *, is_whole: bool) -> MediaType:
    """Return the kind of a picture that is named as one, or isn't named as anything else that is told by its name."""
    suffix = _suffix(filename)
    size = picture_size(kind, head, is_whole=is_whole)
    if size is None:
        raise unsupported(f"a {kind.label} image that is damaged")
    if suffix in _DOCUMENT_SUFFIXES:
        raise unsupported(f"a {kind.label} image, not what its name says ({suffix})")
    if size[0] * size[1] > MAX_PIXELS:
        raise TooLarge(
            f"A picture may have {MAX_PIXELS // 10**6} million pixels. Save a smaller one.", code="too_many_pixels"
        )
    return kind


def _is_pdf(head: bytes) -> bool:
    """PDF readers take a header anywhere in the first kilobyte; a text that speaks of one isn't a PDF."""
    at = head.find(b"%PDF-", 0, 1024)
    return at == 0 or (at > 0 and head[at - 1 : at] in b"\r\n\0 " and re.search(rb"\d \d obj\b", head) is not None)


def _office_type(found: str, filename: str) -> MediaType:
    if found == "docx" or (found == "ooxml" and _suffix(filename) == ".docx"):
        return MediaType.DOCX
    raise unsupported("an Office document of another kind" if found == "ooxml" else found)


def _text_type(head: bytes, filename: str, *, is_whole: bool) -> MediaType:
    encoding = guess_encoding(head, is_whole=is_whole) or declared_encoding(head)
    if encoding is None:
        if is_mostly_high(head):
            raise Unreadable(UNREADABLE["unreadable_text"], code="unreadable_text")
        raise unsupported("binary data of an unknown kind")
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    if not text.strip("\0 \t\r\n\f"):
        return _TEXT_SUFFIXES.get(_suffix(filename), MediaType.TEXT)
    if _HTML_START.match(text):
        return MediaType.HTML
    if text.startswith("{\\rtf"):
        raise unsupported("an RTF document")
    if text.startswith("%!PS"):
        raise unsupported("a PostScript document")
    if _XML_START.match(text):
        raise unsupported("an XML document" if "<svg" not in text else "an SVG image")
    return _TEXT_SUFFIXES.get(_suffix(filename), MediaType.TEXT)


def _suffix(filename: str) -> str:
    return PurePath(filename.replace("\0", "").replace("\\", "/")).suffix.lower()
