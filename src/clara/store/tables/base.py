"""What tables are made of: their metadata, the columns that most have, and the database's clock."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class db_now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock as seconds since the epoch: leases never trust a process's own."""

    type = sa.Double()
    inherit_cache = True


@compiles(db_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_now, "postgresql")
def _postgresql_now(element: Any, compiler: Any, **kw: Any) -> str:
    # Of the statement: stable, so that an index can be searched by it, and not as old as the transaction.
    return "extract(epoch from statement_timestamp())::double precision"


def owner_key() -> sa.Column[str]:
    return sa.Column("owner_id", sa.String(128), primary_key=True)


def seconds(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False)
