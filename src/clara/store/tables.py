"""The schema. Every table of a learner's is keyed by the owner first, so that PostgreSQL can be sharded by it."""

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


def _owner() -> sa.Column[str]:
    return sa.Column("owner_id", sa.String(128), primary_key=True)


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False)


learners = sa.Table(
    "learners",
    metadata,
    _owner(),
    sa.Column("corpus_version", sa.String(32), nullable=False),
    _time("created_at"),
)

folders = sa.Table(
    "folders",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("description", sa.String(500), nullable=False),
    _time("created_at"),
    _time("updated_at"),
    sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"]),
    sa.Index(None, "owner_id", "created_at", "id"),
)

documents = sa.Table(
    "documents",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.String(16), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("blob_key", sa.String(100), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("error_code", sa.String(64)),
    sa.Column("error_detail", sa.String(500)),
    sa.Column("paged", sa.Boolean, nullable=False),
    sa.Column("pages_done", sa.Integer, nullable=False),
    sa.Column("pages_total", sa.Integer),
    sa.Column("chunks", sa.Integer, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"]),
    sa.UniqueConstraint("owner_id", "sha256"),
)

files = sa.Table(
    "files",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("folder_id", sa.String(40), nullable=False),
    sa.Column("document_id", sa.String(40), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    _time("created_at"),
    _time("updated_at"),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
    sa.UniqueConstraint("owner_id", "folder_id", "document_id"),
    sa.Index(None, "owner_id", "document_id"),
    sa.Index(None, "owner_id", "created_at", "id"),
    sa.Index(None, "owner_id", "folder_id", "created_at", "id"),
)

pages = sa.Table(
    "pages",
    metadata,
    _owner(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("label", sa.String(40)),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
)

chunks = sa.Table(
    "chunks",
    metadata,
    _owner(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("page_from", sa.Integer, nullable=False),
    sa.Column("page_to", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
    sa.Index(None, "owner_id", "document_id", "page_to", "seq"),
)

segments = sa.Table(
    "segments",
    metadata,
    _owner(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
)


@sa.event.listens_for(segments, "after_create")
def _store_uncompressed(table: sa.Table, connection: sa.Connection, **_: Any) -> None:
    # Vectors don't compress; trying costs PostgreSQL more than reading them whole.
    if connection.dialect.name == "postgresql":
        column = "data" if table is segments else "vector"
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN {column} SET STORAGE EXTERNAL")


uploads = sa.Table(
    "uploads",
    metadata,
    _owner(),
    sa.Column("blob_key", sa.String(100), primary_key=True),
    _time("expires_at"),
    sa.Index(None, "expires_at"),
)

jobs = sa.Table(
    "jobs",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("checkpoint", sa.JSON, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    _time("run_at"),
    _time("lease_until"),
    sa.Column("worker", sa.String(100)),
    _time("created_at"),
    sa.UniqueConstraint("owner_id", "kind", "subject"),
    sa.Index(None, "kind", "state", "run_at", "id"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    _owner(),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("folder_id", sa.String(40), nullable=False),
    _time("created_at"),
    _time("updated_at"),
    sa.Column("turn_id", sa.String(40)),
    _time("turn_lease_until"),
    sa.Column("mode", sa.String(16), nullable=False, server_default="explain"),
    sa.Column("material_only", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("progress", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("folded", sa.Text, nullable=False, server_default=""),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
    sa.Index(None, "owner_id", "updated_at", "id"),
)

messages = sa.Table(
    "messages",
    metadata,
    _owner(),
    sa.Column("conversation_id", sa.String(128), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(40), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),
    _time("created_at"),
    sa.Column("model", sa.String(200)),
    sa.Column("ended", sa.String(16)),
    sa.Column("rating", sa.SmallInteger),
    sa.Column("rating_note", sa.String(1000)),
    sa.Column("folded", sa.Text, nullable=False, server_default=""),
    sa.ForeignKeyConstraint(["owner_id", "conversation_id"], ["conversations.owner_id", "conversations.id"]),
)

citations = sa.Table(
    "citations",
    metadata,
    _owner(),
    sa.Column("conversation_id", sa.String(128), primary_key=True),
    sa.Column("message_seq", sa.Integer, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("file_id", sa.String(40), nullable=False),
    sa.Column("document_id", sa.String(40), nullable=False),
    sa.Column("chunk_seq", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("page_from", sa.Integer),
    sa.Column("page_to", sa.Integer),
    sa.Column("quote_crc", sa.BigInteger),
    sa.ForeignKeyConstraint(
        ["owner_id", "conversation_id", "message_seq"],
        ["messages.owner_id", "messages.conversation_id", "messages.seq"],
    ),
    sa.Index(None, "owner_id", "file_id"),
)

turns = sa.Table(
    "turns",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("question_id", sa.String(40), nullable=False),
    sa.Column("message_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("stop_asked", sa.Boolean, nullable=False),
    _time("created_at"),
    _time("expires_at"),
    sa.Index(None, "owner_id", "conversation_id", "created_at"),
    sa.Index(None, "expires_at"),
)

turn_events = sa.Table(
    "turn_events",
    metadata,
    _owner(),
    sa.Column("turn_id", sa.String(40), primary_key=True),
    sa.Column("first", sa.Integer, primary_key=True),
    sa.Column("events", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "turn_id"], ["turns.owner_id", "turns.id"]),
)

locks = sa.Table(
    "locks",
    metadata,
    _owner(),
    sa.Column("folder_id", sa.String(40), primary_key=True),
    sa.Column("mode", sa.String(16)),
    sa.Column("material_only", sa.Boolean, nullable=False),
    sa.Column("set_by", sa.String(100), nullable=False),
    _time("created_at"),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
)

flags = sa.Table(
    "flags",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("message_id", sa.String(40), nullable=False),
    _time("created_at"),
    sa.Column("delivered_at", sa.Double),
    sa.Index(None, "owner_id", "message_id"),
    sa.Index(None, "created_at", "id"),
)

study_sets = sa.Table(
    "study_sets",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("folder_id", sa.String(40), nullable=False),
    sa.Column("file_id", sa.String(40)),
    sa.Column("source", sa.JSON, nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    sa.Column("exam_id", sa.String(128)),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
    sa.Index(None, "owner_id", "created_at", "id"),
    sa.Index(None, "owner_id", "file_id"),
)

study_cards = sa.Table(
    "study_cards",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("set_id", sa.String(40), nullable=False),
    sa.Column("item", sa.Integer, nullable=False),
    sa.Column("front", sa.Text, nullable=False),
    sa.Column("back", sa.Text, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("memory", sa.JSON, nullable=False),
    _time("due_at"),
    sa.ForeignKeyConstraint(["owner_id", "set_id"], ["study_sets.owner_id", "study_sets.id"]),
    sa.UniqueConstraint("owner_id", "set_id", "item"),
    sa.Index(None, "owner_id", "due_at"),
)

study_sources = sa.Table(
    "study_sources",
    metadata,
    _owner(),
    sa.Column("set_id", sa.String(40), primary_key=True),
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("file_id", sa.String(40), nullable=False),
    sa.Column("document_id", sa.String(40), nullable=False),
    sa.Column("chunk_seq", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("page_from", sa.Integer),
    sa.Column("page_to", sa.Integer),
    sa.Column("quote_crc", sa.BigInteger),
    sa.ForeignKeyConstraint(["owner_id", "set_id"], ["study_sets.owner_id", "study_sets.id"]),
    sa.Index(None, "owner_id", "file_id"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("card_id", sa.String(40), nullable=False),
    sa.Column("rating", sa.SmallInteger, nullable=False),
    _time("reviewed_at"),
    sa.ForeignKeyConstraint(["owner_id", "card_id"], ["study_cards.owner_id", "study_cards.id"]),
    sa.Index(None, "owner_id", "card_id", "reviewed_at"),
)

quiz_attempts = sa.Table(
    "quiz_attempts",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("set_id", sa.String(40), nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("right", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    _time("created_at"),
    sa.ForeignKeyConstraint(["owner_id", "set_id"], ["study_sets.owner_id", "study_sets.id"]),
    sa.Index(None, "owner_id", "set_id", "created_at"),
)

study_sessions = sa.Table(
    "study_sessions",
    metadata,
    _owner(),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    _time("completed_at"),
    sa.Index(None, "owner_id", "completed_at"),
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    _owner(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("model", sa.String(200), primary_key=True),
    sa.Column("text_hash", sa.LargeBinary(16), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
    sa.Index(None, "owner_id", "model", "text_hash"),
)

sa.event.listen(embeddings, "after_create", _store_uncompressed)

usage_days = sa.Table(
    "usage_days",
    metadata,
    _owner(),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("answers", sa.Integer, nullable=False),
)

usage_reservations = sa.Table(
    "usage_reservations",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    _time("expires_at"),
    sa.Index(None, "expires_at"),
)

service_keys = sa.Table(
    "service_keys",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.String(64), nullable=False),
    sa.Column("learner_id", sa.String(128)),
    _time("created_at"),
    sa.Column("revoked_at", sa.Double),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    _time("expires_at"),
)

sign_in_sessions = sa.Table(
    "sign_in_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    _time("expires_at"),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("owner_id", sa.String(128), nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    _time("expires_at"),
    sa.Index(None, "expires_at"),
)

voice_sessions = sa.Table(
    "voice_sessions",
    metadata,
    _owner(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("folder_id", sa.String(40)),
    sa.Column("language", sa.String(8)),
    sa.Column("audio", sa.String(8), nullable=False),
    sa.Column("dialect", sa.SmallInteger, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("replica", sa.String(40)),
    sa.Column("connected", sa.Boolean, nullable=False),
    _time("created_at"),
    _time("heard_at"),
    sa.Index(None, "replica"),
    sa.Index(None, "heard_at"),
)
