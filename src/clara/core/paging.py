"""Pages of a list: a limit, and an opaque cursor that names the last item seen."""

import base64
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from clara.core.errors import Invalid

T = TypeVar("T")

Position = tuple[float, str]
"""Where a page begins: the sort time and the id of the item before it."""


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """Items of one page, the cursor of the next (None at the end), and how many there are in all."""

    items: Sequence[T]
    next_cursor: str | None
    total: int


def read_cursor(cursor: str | None) -> Position | None:
    """Return the position that ``page_of`` put into a cursor, or raise Invalid."""
    if not cursor:
        return None
    try:
        time, item_id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        item_id.encode()
        if isinstance(time, float) and math.isfinite(time) and "\0" not in item_id:
            return time, item_id
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise Invalid("This cursor was not given by this list: leave it out to start again.", code="invalid_cursor")


def page_of(items: Sequence[T], limit: int, total: int, position: Callable[[T], Position]) -> PageOf[T]:
    """Make a page from up to ``limit + 1`` items: the one too many only says that there are more."""
    cursor = None
    if len(items) > limit:
        items = items[:limit]
        cursor = base64.urlsafe_b64encode(json.dumps(position(items[-1])).encode()).decode()
    return PageOf(items, cursor, total)
