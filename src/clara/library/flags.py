"""Flagged turns, as whoever runs the server reads them."""

from clara.core.paging import PageOf, page_of, read_cursor
from clara.store.database import Database, Tx
from clara.store.flags import FlagRow
from clara.store.system import list_flags


class Flags:
    """Flags of all learners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, limit: int = 100, cursor: str | None = None) -> PageOf[FlagRow]:
        """Latest first."""
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[FlagRow]:
            found = list_flags(tx, limit + 1, after)
            return page_of(found, limit, 0, lambda flag: (flag.created_at, flag.id))

        return await self._database.scan(query)
