"""voice."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_expires_at"), "tickets", ["expires_at"], unique=False)

    op.create_table(
        "voice_sessions",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("folder_id", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("audio", sa.String(length=8), nullable=False),
        sa.Column("dialect", sa.SmallInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("replica", sa.String(length=40), nullable=True),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("heard_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_voice_sessions")),
    )
    op.create_index(op.f("ix_voice_sessions_heard_at"), "voice_sessions", ["heard_at"], unique=False)
    op.create_index(op.f("ix_voice_sessions_replica"), "voice_sessions", ["replica"], unique=False)

    op.add_column("study_sets", sa.Column("exam_id", sa.String(length=128), nullable=True))
