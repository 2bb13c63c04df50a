"""The encoding that an HTML document declares for itself."""

import re

_DECLARED = re.compile(rb"<(?:meta[^>]*charset\s*=|\?xml[^>]*encoding\s*=)\s*[\"']?\s*([\w.:-]{2,20})", re.IGNORECASE)
_PYTHON_NAMES = {
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    "iso-8859-1": "cp1252", "us-ascii": "cp1252", "iso-8859-9": "cp1254", "windows-874": "cp874", "tis-620": "cp874",
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "macintosh": "mac-roman", "gbk": "gb18030", "gb2312": "gb18030",
    "gb18030": "gb18030", "big5": "big5hkscs", "euc-jp": "euc-jp", "shift_jis": "cp932", "iso-2022-jp": "iso2022-jp",
    "euc-kr": "cp949",
}  # fmt: skip
"""The encodings of the web, by the names in the WHATWG's standard, and the supersets that browsers read them as."""


def declared_encoding(head: bytes) -> str | None:
    """Return Python's name for the 8-bit or double-byte encoding declared in the head; None for UTF-8 or none."""
    match = _DECLARED.search(head[:4096])
    return _PYTHON_NAMES.get(match[1].decode("ascii").lower()) if match else None
