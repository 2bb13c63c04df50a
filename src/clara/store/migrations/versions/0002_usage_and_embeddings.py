"""usage and embeddings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "usage_days",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "day", name=op.f("pk_usage_days")),
    )
    op.create_table(
        "usage_reservations",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_usage_reservations")),
    )
    op.create_index(op.f("ix_usage_reservations_expires_at"), "usage_reservations", ["expires_at"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "document_id"],
            ["documents.owner_id", "documents.id"],
            name=op.f("fk_embeddings_owner_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "document_id", "model", "text_hash", name=op.f("pk_embeddings")),
    )
    op.create_index(
        op.f("ix_embeddings_owner_id_model_text_hash"), "embeddings", ["owner_id", "model", "text_hash"], unique=False
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE embeddings ALTER COLUMN vector SET STORAGE EXTERNAL")
