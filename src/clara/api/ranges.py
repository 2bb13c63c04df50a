"""HTTP byte ranges (RFC 9110, section 14): one range a request."""

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
            f"The file has {size} bytes.", headers={"Content-Range": f"bytes */{size}"}, size=size
        )
    return start, end
