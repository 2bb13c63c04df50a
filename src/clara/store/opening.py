"""Which database the settings name."""

from typing import TYPE_CHECKING

from clara.store.database import Database

if TYPE_CHECKING:
    from clara.settings import Settings


def open_database(settings: "Settings") -> Database:
    """Open what DATABASE_URL names. The schema must be there: see ``store.migrate``."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        from clara.store.sqlite import SqliteDatabase

        return SqliteDatabase(settings.data_dir / "clara.db")
    from clara.store.postgresql import PostgresqlDatabase

    return PostgresqlDatabase(settings.sqlalchemy_url, pool_size=settings.database.pool_size)
