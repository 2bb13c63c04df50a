import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.errors import Invalid
from clara.study.scope import Kind
from clara.voice.dialect0.messages import Message, SessionStart, VisualCommand, read_message0

TYPES = ["session_start", "text", "audio", "visual_command", "session_end"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        name: JSON | st.text(max_size=30)
        for name in ("text", "audio", "command", "topic", "conversation_id", "class_id", "language")
    },
)


def read(**message: Any) -> Message:
    return read_message0(json.dumps(message))


class TestReadMessage:
    @given(st.text(max_size=200) | JSON.map(json.dumps) | MESSAGES.map(json.dumps))
    def test_anything_is_a_message_or_invalid(self, sent: str) -> None:
        try:
            message = read_message0(sent)
        except Invalid:
            return
        assert isinstance(message, get_args(Message))

    @pytest.mark.parametrize(
        ("command", "kind"),
        [
            ("diagram", Kind.DIAGRAM),
            ("flashcard", Kind.FLASHCARDS),
            ("flashcards", Kind.FLASHCARDS),
            ("quiz", Kind.QUIZ),
            ("mindmap", Kind.MINDMAP),
            ("mind_map", Kind.MINDMAP),
        ],
    )
    def test_commands_in_either_spelling(self, command: str, kind: Kind) -> None:
        for name in ("command", "command_type"):
            message = read(type="visual_command", topic=" the  cell ", **{name: command})
            assert isinstance(message, VisualCommand)
            assert (message.kind, message.scope(None).topic) == (kind, "the cell")

    @pytest.mark.parametrize("name", ["folder_id", "folderId", "class_id"])
    @pytest.mark.parametrize(("value", "folder"), [("fld_1", "fld_1"), ("", None), ("null", None), (None, None)])
    def test_folders_in_any_spelling(self, name: str, value: str | None, folder: str | None) -> None:
        message = read(type="session_start", **{name: value})
        assert isinstance(message, SessionStart)
        assert message.folder == folder

    @pytest.mark.parametrize("name", ["conversation_id", "session_id"])
    @pytest.mark.parametrize(("value", "read_as"), [("s-1", "s-1"), (1700000000000, "1700000000000"), (None, None)])
    def test_conversations_in_either_spelling(self, name: str, value: Any, read_as: str | None) -> None:
        message = read(type="session_start", **{name: value})
        assert isinstance(message, SessionStart)
        assert message.conversation_id == read_as

    @pytest.mark.parametrize(
        ("value", "language"),
        [("de", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("German", None), ("", None), (7, None), (None, None)],
    )
    def test_a_language_that_is_none_keeps_no_session_from_starting(self, value: Any, language: str | None) -> None:
        message = read(type="session_start", language=value)
        assert isinstance(message, SessionStart)
        assert message.language == language

    def test_a_topic_may_be_null(self) -> None:
        message = read(type="visual_command", command="quiz", topic=None, text="the cell")
        assert isinstance(message, VisualCommand)
        assert message.scope(None).topic == "the cell"

    def test_an_error_shows_nothing_of_what_was_sent(self) -> None:
        with pytest.raises(Invalid) as raised:
            read(type="text", text={"secret": "zanzibar"})
        assert "zanzibar" not in raised.value.detail
