"""Magic numbers, so that a refused file can be called by its name, and the kinds of zip and OLE containers."""

import zlib
from collections.abc import Iterable

_SIGNATURES = (
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (4, b"ftypheic", "a HEIC image"),
    (4, b"ftypheix", "a HEIC image"),
    (4, b"ftypmif1", "a HEIC image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftypM4A", "an audio file (M4A)"),
    (4, b"ftyp", "a video (MP4)"),
    (0, b"\x1aE\xdf\xa3", "a video (Matroska or WebM)"),
    (8, b"AVI ", "a video (AVI)"),
    (8, b"WAVE", "an audio file (WAV)"),
    (0, b"ID3", "an audio file (MP3)"),
    (0, b"\xff\xfb", "an audio file (MP3)"),
    (0, b"\xff\xf3", "an audio file (MP3)"),
    (0, b"OggS", "an audio file (Ogg)"),
    (0, b"fLaC", "an audio file (FLAC)"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\0asm", "a program (WebAssembly)"),
    (0, b"SQLite format 3\0", "a SQLite database"),
    (0, b"AT&TFORM", "a DjVu document"),
    (60, b"BOOKMOBI", "a Kindle book"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"%!PS", "a PostScript document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_KINDS = (
    ("word/document.xml", "docx"),
    ("ppt/", "a PowerPoint presentation (PPTX)"),
    ("xl/", "an Excel workbook (XLSX)"),
    ("visio/", "a Visio drawing"),
    ("AndroidManifest.xml", "an Android program"),
    ("META-INF/MANIFEST.MF", "a Java program"),
    ("META-INF/container.xml", "an EPUB book"),
)
_MIMETYPES = (
    (b"application/epub+zip", "an EPUB book"),
    (b"application/vnd.oasis.opendocument.text", "an OpenDocument text (ODT)"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet (ODS)"),
    (b"application/vnd.oasis.opendocument.presentation", "an OpenDocument presentation (ODP)"),
)
_LOCAL_HEADER = b"PK\3\4"
_MAX_TYPES_BYTES = 256 * 1024


def binary_type(head: bytes) -> str | None:
    """Return what a magic number says, as a noun phrase, or None."""
    for offset, magic, name in _SIGNATURES:
        if head.startswith(magic, offset):
            return name
    if head[:2] == b"MZ" and b"\0" in head[:64]:
        return "a program"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "a BMP image"
    return None


def ole_type(head: bytes) -> str | None:
    """Return what Microsoft's older container holds, as far as its head tells."""
    if not head.startswith(_OLE):
        return None
    if "EncryptedPackage".encode("utf-16-le") in head:
        return "an Office document protected by a password"
    return "a document of an older Office (DOC, XLS or PPT)"


def zip_type(head: bytes, names: Iterable[str] | None = None) -> str:
    """Return "docx", "ooxml" (an Office document, the head doesn't tell which), or a noun phrase.

    ``names`` are those of the central directory where the whole file is at hand.
    """
    for mimetype, name in _MIMETYPES:
        if head[30:38] == b"mimetype" and mimetype in head[:128]:
            return name
    names = list(_local_names(head)) if names is None else list(names)
    for start, kind in _ZIP_KINDS:
        if any(name.startswith(start) for name in names):
            return kind
    if "[Content_Types].xml" in names:
        return "docx" if b"wordprocessingml.document.main" in _content_types(head) else "ooxml"
    return "a ZIP archive"


def _local_names(head: bytes) -> Iterable[str]:
    at = head.find(_LOCAL_HEADER)
    while at >= 0:
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        name = head[at + 30 : at + 30 + length]
        if len(name) == length:
            yield name.decode("utf-8", "replace")
        at = head.find(_LOCAL_HEADER, at + 4)


def _content_types(head: bytes) -> bytes:
    """The head of an Office document's list of parts, which is usually its first entry."""
    at = head.find(b"[Content_Types].xml") - 30
    if at < 0 or head[at : at + 4] != _LOCAL_HEADER:
        return b""
    method = int.from_bytes(head[at + 8 : at + 10], "little")
    lengths = head[at + 26 : at + 30]
    data = head[at + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little") :]
    if method != 8:
        return data
    try:
        return zlib.decompressobj(-15).decompress(data, _MAX_TYPES_BYTES)
    except zlib.error:
        return b""
