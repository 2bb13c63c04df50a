"""What is made for studying, and how it went."""

import sqlalchemy as sa

from clara.store.tables.base import metadata, owner_key, seconds

study_sets = sa.Table(
    "study_sets",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("folder_id", sa.String(40), nullable=False),
    sa.Column("file_id", sa.String(40)),
    sa.Column("source", sa.JSON, nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    seconds("created_at"),
    seconds("updated_at"),
    sa.Column("exam_id", sa.String(128)),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
    sa.Index(None, "owner_id", "created_at", "id"),
    sa.Index(None, "owner_id", "file_id"),
)

study_cards = sa.Table(
    "study_cards",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("set_id", sa.String(40), nullable=False),
    sa.Column("item", sa.Integer, nullable=False),
    sa.Column("front", sa.Text, nullable=False),
    sa.Column("back", sa.Text, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("memory", sa.JSON, nullable=False),
    seconds("due_at"),
    sa.ForeignKeyConstraint(["owner_id", "set_id"], ["study_sets.owner_id", "study_sets.id"]),
    sa.UniqueConstraint("owner_id", "set_id", "item"),
    sa.Index(None, "owner_id", "due_at"),
)

study_sources = sa.Table(
    "study_sources",
    metadata,
    owner_key(),
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
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("card_id", sa.String(40), nullable=False),
    sa.Column("rating", sa.SmallInteger, nullable=False),
    seconds("reviewed_at"),
    sa.ForeignKeyConstraint(["owner_id", "card_id"], ["study_cards.owner_id", "study_cards.id"]),
    sa.Index(None, "owner_id", "card_id", "reviewed_at"),
)

quiz_attempts = sa.Table(
    "quiz_attempts",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("set_id", sa.String(40), nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("right", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    seconds("created_at"),
    sa.ForeignKeyConstraint(["owner_id", "set_id"], ["study_sets.owner_id", "study_sets.id"]),
    sa.Index(None, "owner_id", "set_id", "created_at"),
)

study_sessions = sa.Table(
    "study_sessions",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    seconds("completed_at"),
    sa.Index(None, "owner_id", "completed_at"),
)
