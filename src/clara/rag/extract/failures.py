"""Why a file can't be read: one table from the codes that the confined process may send to public errors."""

from clara.core.errors import ClaraError, TooLarge, Unreadable
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType

UNREADABLE = {
    "encrypted_pdf": "This PDF is protected by a password. Remove the protection and upload it again.",
    "damaged_pdf": "This PDF is damaged or cut off. Open it in a PDF viewer, save a new copy, and upload that.",
    "damaged_docx": "This DOCX is damaged or isn't a Word document. Open it in Word, save a new copy, and upload that.",
    "empty_document": "This document has no pages.",
    "unreadable_text": "The text is in an encoding that isn't recognised. Save it as UTF-8 and upload it again.",
    "parser_crashed": "Reading this file failed. It may be damaged: save a new copy in its program and upload that.",
}
TOO_MUCH = {
    "too_many_pages": "This document has more than {limits.max_pages:,} pages, the most that are read. Split it.",
    "too_much_text": "This document has more text than is read ({limits.max_chars:,} characters). Split it.",
    "zip_bomb": "This {label} unpacks to more than is read ({megabytes:,} MB). Remove large parts or split it.",
}
TOO_DEMANDING = {
    "parser_timeout": "Reading this file took too long. Split it, or save a simpler copy.",
    "parser_out_of_memory": "Reading this file needs more memory than is allowed. Split it, or save a simpler copy.",
}
CODES = frozenset(UNREADABLE | TOO_MUCH | TOO_DEMANDING)


class ReadFailed(Exception):
    """Raised by readers inside the confined process; only its code crosses the pipe."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def failure(code: str, media_type: MediaType, limits: ExtractLimits) -> ClaraError:
    """Return the public error for a code of this table."""
    if code in TOO_MUCH:
        megabytes = limits.max_unzipped_bytes // 1024**2
        detail = TOO_MUCH[code].format(limits=limits, label=media_type.label, megabytes=megabytes)
        return TooLarge(detail, code=code)
    return Unreadable((UNREADABLE | TOO_DEMANDING)[code], code=code)
