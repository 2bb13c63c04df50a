"""How much memory there is, and how much requests may hold together."""

import contextlib

import pytest

from clara.core.errors import Unavailable
from clara.ops.memory import HeldBytes, allowed_bytes


class TestAllowedBytes:
    def test_is_what_a_machine_has(self) -> None:
        assert 2**24 < allowed_bytes() < 2**50


class TestHeldBytes:
    def test_are_shared_and_given_back(self) -> None:
        held = HeldBytes(10)
        with held.holding() as take:
            take(6)
            with held.holding() as take_too:
                take_too(4)
                with pytest.raises(Unavailable) as caught:
                    take(1)
            take(4)

        assert caught.value.problem_code == "busy"
        with held.holding() as take:
            take(10)

    def test_are_given_back_whatever_happens(self) -> None:
        held = HeldBytes(10)
        for _ in range(3):
            with held.holding() as take, pytest.raises(Unavailable):
                take(11)
            with contextlib.suppress(RuntimeError), held.holding() as take:
                take(8)
                raise RuntimeError
        with held.holding() as take:
            take(10)
