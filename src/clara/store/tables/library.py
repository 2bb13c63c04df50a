"""What learners bring: folders, files, and what was read in them."""

from typing import Any

import sqlalchemy as sa

from clara.store.tables.base import metadata, owner_key, seconds

learners = sa.Table(
    "learners",
    metadata,
    owner_key(),
    sa.Column("corpus_version", sa.String(32), nullable=False),
    seconds("created_at"),
)

folders = sa.Table(
    "folders",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("description", sa.String(500), nullable=False),
    seconds("created_at"),
    seconds("updated_at"),
    sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"]),
    sa.Index(None, "owner_id", "created_at", "id"),
)

documents = sa.Table(
    "documents",
    metadata,
    owner_key(),
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
    seconds("created_at"),
    seconds("updated_at"),
    sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"]),
    sa.UniqueConstraint("owner_id", "sha256"),
)

files = sa.Table(
    "files",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("folder_id", sa.String(40), nullable=False),
    sa.Column("document_id", sa.String(40), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    seconds("created_at"),
    seconds("updated_at"),
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
    owner_key(),
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
    owner_key(),
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
    owner_key(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    owner_key(),
    sa.Column("document_id", sa.String(40), primary_key=True),
    sa.Column("model", sa.String(200), primary_key=True),
    sa.Column("text_hash", sa.LargeBinary(16), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "document_id"], ["documents.owner_id", "documents.id"]),
    sa.Index(None, "owner_id", "model", "text_hash"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    owner_key(),
    sa.Column("blob_key", sa.String(100), primary_key=True),
    seconds("expires_at"),
    sa.Index(None, "expires_at"),
)


@sa.event.listens_for(segments, "after_create")
@sa.event.listens_for(embeddings, "after_create")
def _store_uncompressed(table: sa.Table, connection: sa.Connection, **_: Any) -> None:
    # Vectors don't compress; trying costs PostgreSQL more than reading them whole.
    if connection.dialect.name == "postgresql":
        column = "data" if table is segments else "vector"
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN {column} SET STORAGE EXTERNAL")
