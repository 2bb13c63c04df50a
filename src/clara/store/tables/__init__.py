"""The schema. Every table of a learner's is keyed by the owner first, so that PostgreSQL can be sharded by it."""

from clara.store.tables.base import db_now, metadata
from clara.store.tables.library import chunks, documents, embeddings, files, folders, learners, pages, segments, uploads
from clara.store.tables.operation import (
    jobs,
    service_keys,
    sign_in_links,
    sign_in_sessions,
    tickets,
    usage_days,
    usage_reservations,
    voice_sessions,
)
from clara.store.tables.study import quiz_attempts, reviews, study_cards, study_sessions, study_sets, study_sources
from clara.store.tables.talk import citations, conversations, flags, locks, messages, turn_events, turns

__all__ = [
    "chunks",
    "citations",
    "conversations",
    "db_now",
    "documents",
    "embeddings",
    "files",
    "flags",
    "folders",
    "jobs",
    "learners",
    "locks",
    "messages",
    "metadata",
    "pages",
    "quiz_attempts",
    "reviews",
    "segments",
    "service_keys",
    "sign_in_links",
    "sign_in_sessions",
    "study_cards",
    "study_sessions",
    "study_sets",
    "study_sources",
    "tickets",
    "turn_events",
    "turns",
    "uploads",
    "usage_days",
    "usage_reservations",
    "voice_sessions",
]
