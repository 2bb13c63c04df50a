"""What the server itself keeps: jobs, usage, credentials, and who is connected by voice."""

import sqlalchemy as sa

from clara.store.tables.base import metadata, owner_key, seconds

jobs = sa.Table(
    "jobs",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("checkpoint", sa.JSON, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    seconds("run_at"),
    seconds("lease_until"),
    sa.Column("worker", sa.String(100)),
    seconds("created_at"),
    sa.UniqueConstraint("owner_id", "kind", "subject"),
    sa.Index(None, "kind", "state", "run_at", "id"),
)

usage_days = sa.Table(
    "usage_days",
    metadata,
    owner_key(),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("answers", sa.Integer, nullable=False),
)

usage_reservations = sa.Table(
    "usage_reservations",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    seconds("expires_at"),
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
    seconds("created_at"),
    sa.Column("revoked_at", sa.Double),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    seconds("expires_at"),
)

sign_in_sessions = sa.Table(
    "sign_in_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(128), nullable=False),
    seconds("expires_at"),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("owner_id", sa.String(128), nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    seconds("expires_at"),
    sa.Index(None, "expires_at"),
)

voice_sessions = sa.Table(
    "voice_sessions",
    metadata,
    owner_key(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation_id", sa.String(128), nullable=False),
    sa.Column("folder_id", sa.String(40)),
    sa.Column("language", sa.String(8)),
    sa.Column("audio", sa.String(8), nullable=False),
    sa.Column("dialect", sa.SmallInteger, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("replica", sa.String(40)),
    sa.Column("connected", sa.Boolean, nullable=False),
    seconds("created_at"),
    seconds("heard_at"),
    sa.Index(None, "replica"),
    sa.Index(None, "heard_at"),
)
