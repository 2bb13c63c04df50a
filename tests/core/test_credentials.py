"""Service keys and tokens: what is shown once, what is kept, what is well-formed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.caller import LEARNER_SCOPES, Scope
from clara.core.credentials import KEY_PREFIX, digest, new_service_key, new_token, split_service_key


class TestServiceKey:
    def test_splits_into_what_is_kept(self) -> None:
        record, key = new_service_key(frozenset({Scope.OPERATOR}), "ana")
        key_id, secret = split_service_key(key) or ("", "")
        assert (record.id, record.secret_hash) == (key_id, digest(secret))
        assert (record.scopes, record.learner_id, record.revoked) == ({Scope.OPERATOR}, "ana", False)

    def test_is_for_learners_unless_said_otherwise(self) -> None:
        assert new_service_key()[0].scopes == LEARNER_SCOPES

    def test_is_never_the_same(self) -> None:
        assert len({new_service_key()[1] for _ in range(100)}) == 100

    @pytest.mark.parametrize(
        "text",
        ["", "clara_sk_", "clara_sk_a", "clara_sk__a", "clara_sk_a_", "CLARA_SK_a_b", "x", f"clara_sk_{'a' * 41}_b"],
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert split_service_key(text) is None

    @given(st.text(max_size=200))
    def test_never_fails(self, text: str) -> None:
        for candidate in (text, KEY_PREFIX + text):
            parts = split_service_key(candidate)
            assert parts is None or candidate == f"{KEY_PREFIX}{parts[0]}_{parts[1]}"


class TestDigest:
    @given(st.text(st.characters()))
    def test_takes_any_text(self, text: str) -> None:
        assert len(digest(text)) == 64

    def test_tokens_are_long_and_fit_an_address(self) -> None:
        token = new_token()
        assert len(token) == 43
        assert token.replace("-", "").replace("_", "").isalnum()
