"""HTTP byte ranges (RFC 9110, section 14; one range a request) and entity tags (section 8.8.3)."""

import re

from clara.core.errors import RangeNotSatisfiable

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (start, end) with ``end`` exclusive; None for the whole: no header, several ranges, or no range at all.

    Raises RangeNotSatisfiable when nothing of the file lies in the range.
    """
    found = _RANGE.fullmatch(header) if header else None
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    else:
        start, end = max(size - int(last), 0), size
    if start >= end:
        raise RangeNotSatisfiable(
            f"The file has {size} bytes: ask for a range within them.",
            headers={"Content-Range": f"bytes */{size}"},
            size=size,
        )
    return start, end


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Say whether the client has this version: the comparison is weak, and the header may list several, or be ``*``."""
    known = [entry.strip().removeprefix("W/") for entry in (if_none_match or "").split(",")]
    return etag in known or known == ["*"]
