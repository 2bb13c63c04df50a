"""first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("checkpoint", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("owner_id", "kind", "subject", name=op.f("uq_jobs_owner_id_kind_subject")),
    )
    op.create_index(op.f("ix_jobs_kind_state_run_at_id"), "jobs", ["kind", "state", "run_at", "id"], unique=False)
    op.create_table(
        "learners",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("corpus_version", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_learners")),
    )
    op.create_table(
        "service_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.String(length=128), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_keys")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "sign_in_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_sessions")),
    )
    op.create_table(
        "uploads",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("blob_key", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "blob_key", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_expires_at"), "uploads", ["expires_at"], unique=False)
    op.create_table(
        "documents",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("blob_key", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_detail", sa.String(length=500), nullable=True),
        sa.Column("paged", sa.Boolean(), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("pages_total", sa.Integer(), nullable=True),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"], name=op.f("fk_documents_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_documents")),
        sa.UniqueConstraint("owner_id", "sha256", name=op.f("uq_documents_owner_id_sha256")),
    )
    op.create_table(
        "folders",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["learners.owner_id"], name=op.f("fk_folders_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_folders")),
    )
    op.create_index(
        op.f("ix_folders_owner_id_created_at_id"), "folders", ["owner_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "chunks",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("page_from", sa.Integer(), nullable=False),
        sa.Column("page_to", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "document_id"],
            ["documents.owner_id", "documents.id"],
            name=op.f("fk_chunks_owner_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "document_id", "seq", name=op.f("pk_chunks")),
    )
    op.create_index(
        op.f("ix_chunks_owner_id_document_id_page_to_seq"),
        "chunks",
        ["owner_id", "document_id", "page_to", "seq"],
        unique=False,
    )
    op.create_table(
        "conversations",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("folder_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("turn_id", sa.String(length=40), nullable=True),
        sa.Column("turn_lease_until", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "folder_id"],
            ["folders.owner_id", "folders.id"],
            name=op.f("fk_conversations_owner_id_folder_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_conversations")),
    )
    op.create_index(
        op.f("ix_conversations_owner_id_updated_at_id"), "conversations", ["owner_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "files",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("folder_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "document_id"],
            ["documents.owner_id", "documents.id"],
            name=op.f("fk_files_owner_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "folder_id"], ["folders.owner_id", "folders.id"], name=op.f("fk_files_owner_id_folder_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_files")),
        sa.UniqueConstraint(
            "owner_id", "folder_id", "document_id", name=op.f("uq_files_owner_id_folder_id_document_id")
        ),
    )
    op.create_index(op.f("ix_files_owner_id_created_at_id"), "files", ["owner_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_files_owner_id_document_id"), "files", ["owner_id", "document_id"], unique=False)
    op.create_index(
        op.f("ix_files_owner_id_folder_id_created_at_id"),
        "files",
        ["owner_id", "folder_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "pages",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "document_id"],
            ["documents.owner_id", "documents.id"],
            name=op.f("fk_pages_owner_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "document_id", "number", name=op.f("pk_pages")),
    )
    op.create_table(
        "segments",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "document_id"],
            ["documents.owner_id", "documents.id"],
            name=op.f("fk_segments_owner_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "document_id", "part", name=op.f("pk_segments")),
    )
    op.create_table(
        "messages",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "conversation_id"],
            ["conversations.owner_id", "conversations.id"],
            name=op.f("fk_messages_owner_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "conversation_id", "seq", name=op.f("pk_messages")),
    )
    op.create_table(
        "citations",
        sa.Column("owner_id", sa.String(length=128), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("message_seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("chunk_seq", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page_from", sa.Integer(), nullable=True),
        sa.Column("page_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "conversation_id", "message_seq"],
            ["messages.owner_id", "messages.conversation_id", "messages.seq"],
            name=op.f("fk_citations_owner_id_conversation_id_message_seq"),
        ),
        sa.PrimaryKeyConstraint("owner_id", "conversation_id", "message_seq", "n", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_owner_id_file_id"), "citations", ["owner_id", "file_id"], unique=False)

    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE segments ALTER COLUMN data SET STORAGE EXTERNAL")
