"""Conversations, what is answered in them, and what holds there."""

import sqlalchemy as sa

from clara.store.tables.base import metadata, owner_key, seconds

conversations = sa.Table(
    "conversations",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("folder_id", sa.String(40), nullable=False),
    seconds("created_at"),
    seconds("updated_at"),
    sa.Column("turn_id", sa.String(40)),
    seconds("turn_lease_until"),
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
    owner_key(),
    sa.Column("conversation_id", sa.String(128), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(40), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),
    seconds("created_at"),
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
    owner_key(),
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
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("question_id", sa.String(40), nullable=False),
    sa.Column("message_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("stop_asked", sa.Boolean, nullable=False),
    seconds("created_at"),
    seconds("expires_at"),
    sa.Index(None, "owner_id", "conversation_id", "created_at"),
    sa.Index(None, "expires_at"),
)

turn_events = sa.Table(
    "turn_events",
    metadata,
    owner_key(),
    sa.Column("turn_id", sa.String(40), primary_key=True),
    sa.Column("first", sa.Integer, primary_key=True),
    sa.Column("events", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(["owner_id", "turn_id"], ["turns.owner_id", "turns.id"]),
)

locks = sa.Table(
    "locks",
    metadata,
    owner_key(),
    sa.Column("folder_id", sa.String(40), primary_key=True),
    sa.Column("mode", sa.String(16)),
    sa.Column("material_only", sa.Boolean, nullable=False),
    sa.Column("set_by", sa.String(100), nullable=False),
    seconds("created_at"),
    sa.ForeignKeyConstraint(["owner_id", "folder_id"], ["folders.owner_id", "folders.id"]),
)

flags = sa.Table(
    "flags",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("message_id", sa.String(40), nullable=False),
    seconds("created_at"),
    sa.Column("delivered_at", sa.Double),
    sa.Index(None, "owner_id", "message_id"),
    sa.Index(None, "created_at", "id"),
)
