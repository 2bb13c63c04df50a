"""teaching and study."""

import sqlalchemy as sa
from alembic import op

from clara.core.folding import fold

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "flags",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("delivered_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_created_at_id"), "flags", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_flags_owner_id_message_id"), "flags", ["owner_id", "message_id"], unique=False)

    op.create_table(
        "study_sessions",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("completed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_study_sessions")),
    )
    op.create_index(
        op.f("ix_study_sessions_owner_id_completed_at"), "study_sessions", ["owner_id", "completed_at"], unique=False
    )

    op.create_table(
        "turns",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_turns")),
    )
    op.create_index(op.f("ix_turns_expires_at"), "turns", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_turns_owner_id_conversation_id_created_at"),
        "turns",
        ["owner_id", "conversation_id", "created_at"],
        unique=False,
    )

    op.create_table(
        "turn_events",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("turn_id", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "turn_id"], ["turns.owner_id", "turns.id"], name=op.f("fk_turn_events_owner_id_turn_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "turn_id", "first", name=op.f("pk_turn_events")),
    )
    op.create_table(
        "locks",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("folder_id", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=True),
        sa.Column("material_only", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "folder_id"], ["folders.owner_id", "folders.id"], name=op.f("fk_locks_owner_id_folder_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "folder_id", name=op.f("pk_locks")),
    )
    op.create_table(
        "study_sets",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("folder_id", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.String(length=40), nullable=True),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "folder_id"], ["folders.owner_id", "folders.id"], name=op.f("fk_study_sets_owner_id_folder_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_study_sets")),
    )
    op.create_index(
        op.f("ix_study_sets_owner_id_created_at_id"), "study_sets", ["owner_id", "created_at", "id"], unique=False
    )
    op.create_index(op.f("ix_study_sets_owner_id_file_id"), "study_sets", ["owner_id", "file_id"], unique=False)

    op.create_table(
        "quiz_attempts",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("set_id", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "set_id"],
            ["study_sets.owner_id", "study_sets.id"],
            name=op.f("fk_quiz_attempts_owner_id_set_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_quiz_attempts")),
    )
    op.create_index(
        op.f("ix_quiz_attempts_owner_id_set_id_created_at"),
        "quiz_attempts",
        ["owner_id", "set_id", "created_at"],
        unique=False,
    )

    op.create_table(
        "study_cards",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("set_id", sa.String(length=40), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("front", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "set_id"],
            ["study_sets.owner_id", "study_sets.id"],
            name=op.f("fk_study_cards_owner_id_set_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_study_cards")),
        sa.UniqueConstraint("owner_id", "set_id", "item", name=op.f("uq_study_cards_owner_id_set_id_item")),
    )
    op.create_index(op.f("ix_study_cards_owner_id_due_at"), "study_cards", ["owner_id", "due_at"], unique=False)

    op.create_table(
        "study_sources",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("set_id", sa.String(length=40), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("chunk_seq", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page_from", sa.Integer(), nullable=True),
        sa.Column("page_to", sa.Integer(), nullable=True),
        sa.Column("quote_crc", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "set_id"],
            ["study_sets.owner_id", "study_sets.id"],
            name=op.f("fk_study_sources_owner_id_set_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "set_id", "item", "n", name=op.f("pk_study_sources")),
    )
    op.create_index(op.f("ix_study_sources_owner_id_file_id"), "study_sources", ["owner_id", "file_id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("card_id", sa.String(length=40), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("reviewed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "card_id"],
            ["study_cards.owner_id", "study_cards.id"],
            name=op.f("fk_reviews_owner_id_card_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_reviews")),
    )
    op.create_index(
        op.f("ix_reviews_owner_id_card_id_reviewed_at"), "reviews", ["owner_id", "card_id", "reviewed_at"], unique=False
    )

    op.add_column("citations", sa.Column("quote_crc", sa.BigInteger(), nullable=True))

    op.add_column("conversations", sa.Column("mode", sa.String(length=16), server_default="explain", nullable=False))
    op.add_column("conversations", sa.Column("material_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conversations", sa.Column("progress", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("conversations", sa.Column("folded", sa.Text(), server_default="", nullable=False))

    op.add_column("messages", sa.Column("model", sa.String(length=200), nullable=True))
    op.add_column("messages", sa.Column("ended", sa.String(length=16), nullable=True))
    op.add_column("messages", sa.Column("rating", sa.SmallInteger(), nullable=True))
    op.add_column("messages", sa.Column("rating_note", sa.String(length=1000), nullable=True))
    op.add_column("messages", sa.Column("folded", sa.Text(), server_default="", nullable=False))
    _fold()


def _fold() -> None:
    """Make what is there findable: titles, and what was said."""
    tx = op.get_bind()
    key = "owner_id = :owner_id AND id = :id"
    for row in tx.execute(sa.text("SELECT owner_id, id, title FROM conversations")).all():
        values = {"owner_id": row[0], "id": row[1], "folded": fold(row[2])}
        tx.execute(sa.text(f"UPDATE conversations SET folded = :folded WHERE {key}"), values)
    key = "owner_id = :owner_id AND conversation_id = :conversation_id AND seq = :seq"
    said = sa.table("messages", *(sa.column(name) for name in ("owner_id", "conversation_id", "seq")))
    said.append_column(sa.column("parts", sa.JSON()))
    for row in tx.execute(sa.select(said)).all():
        text = "".join(part.get("text", "") for part in row[3])
        values = {"owner_id": row[0], "conversation_id": row[1], "seq": row[2], "folded": fold(text)}
        tx.execute(sa.text(f"UPDATE messages SET folded = :folded WHERE {key}"), values)
