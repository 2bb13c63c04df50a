"""Identifiers: unguessable, prefixed by kind, sortable by nothing."""

import secrets
import unicodedata

from clara.core.errors import Invalid

NO_FOLDER = "none"
"""The folder id of files that lie in no folder: a value, so that uniqueness and foreign keys hold for it too."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and 24 random characters of 32 (120 bits)."""
    return prefix + "_" + "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(24))


def check_user_id(user_id: str) -> str:
    """Return the user id unchanged, or raise Invalid: 1 to 128 printable characters without ``/``."""
    if (
        not 1 <= len(user_id) <= 128
        or "/" in user_id
        or "\ufffd" in user_id  # stands for bytes that were no text: two such ids must not become one
        or any(unicodedata.category(c)[0] in "CZ" and c != " " for c in user_id)
    ):
        raise Invalid(
            "A user id is 1 to 128 printable characters without '/'. Send such a one.", code="invalid_user_id"
        )
    return user_id
