"""A study session, in time that passes at once."""

import asyncio

import pytest

from clara.voice.talking.study_session import SUMMARY_WAIT_S, Stage, StudySession, guide
from tests.voice.virtual import run


class Room:
    """Where a session is held; ``quiet`` says whether nobody speaks."""

    def __init__(self, study: StudySession) -> None:
        self.study = study
        self.quiet = True
        self.said: list[tuple[Stage, float]] = []

    def is_quiet(self) -> bool:
        return self.quiet

    async def announce(self, stage: Stage) -> None:
        self.said.append((stage, round(self.study.lasted_s)))


def study_for(length_s: float = 600) -> StudySession:
    return StudySession(asyncio.get_running_loop().time, length_s)


class TestGuide:
    def test_winds_down_asks_to_teach_back_and_for_a_summary(self) -> None:
        async def main() -> list[tuple[Stage, float]]:
            room = Room(study_for())
            await guide(room.study, room)
            return room.said

        assert run(main()) == [
            (Stage.WINDING_DOWN, 420),
            (Stage.TEACH_BACK, 540),
            (Stage.SUMMARY, 600),
            (Stage.OVER, 600 + SUMMARY_WAIT_S),
        ]

    def test_waits_until_nobody_speaks_and_leaves_out_what_was_missed(self) -> None:
        async def main() -> list[tuple[Stage, float]]:
            room = Room(study_for())
            room.quiet = False
            guiding = asyncio.create_task(guide(room.study, room))
            await asyncio.sleep(550)
            assert room.said == []
            room.quiet = True
            await asyncio.sleep(100)
            guiding.cancel()
            return room.said

        assert [stage for stage, _ in run(main())] == [Stage.TEACH_BACK, Stage.SUMMARY]

    def test_a_summary_is_asked_for_however_late_it_is(self) -> None:
        async def main() -> list[tuple[Stage, float]]:
            room = Room(study_for(60))
            room.quiet = False
            guiding = asyncio.create_task(guide(room.study, room))
            await asyncio.sleep(1000)
            room.quiet = True
            await guiding
            return room.said

        said = run(main())
        assert [stage for stage, _ in said] == [Stage.SUMMARY, Stage.OVER]
        assert said[1][1] - said[0][1] == SUMMARY_WAIT_S

    def test_the_learners_summary_ends_it(self) -> None:
        async def main() -> StudySession:
            room = Room(study_for(60))
            guiding = asyncio.create_task(guide(room.study, room))
            room.study.asked("m1", "What is ATP?")
            assert not room.study.takes("too early")
            await asyncio.sleep(70)
            assert not room.study.takes("Wait, what is ATP?")
            assert room.study.takes("Cells live  on ATP.")
            await guiding
            assert room.said[-1][0] is Stage.SUMMARY
            return room.study

        study = run(main())
        assert study.stage is Stage.OVER
        assert study.summary == "Cells live on ATP."
        assert list(study.told.values()) == ["Cells live  on ATP."]

    def test_what_is_said_when_it_is_taught_back_is_known(self) -> None:
        async def main() -> StudySession:
            room = Room(study_for())
            guiding = asyncio.create_task(guide(room.study, room))
            room.study.asked("m1", "What is ATP?")
            await asyncio.sleep(550)
            room.study.asked("m2", "ATP is")
            room.study.asked("m2", "ATP is what cells live on")
            guiding.cancel()
            return room.study

        assert run(main()).told == {"m2": "ATP is what cells live on"}

    @pytest.mark.parametrize(
        ("lasted_s", "stage", "said"),
        [
            (400, Stage.STUDYING, [(Stage.WINDING_DOWN, 420), (Stage.TEACH_BACK, 540), (Stage.SUMMARY, 600)]),
            (450, Stage.WINDING_DOWN, [(Stage.TEACH_BACK, 540), (Stage.SUMMARY, 600)]),
            (550, Stage.TEACH_BACK, [(Stage.SUMMARY, 600)]),
            (900, Stage.TEACH_BACK, [(Stage.SUMMARY, 900)]),
        ],
    )
    def test_one_that_was_broken_off_has_the_time_that_was_left(
        self, lasted_s: float, stage: Stage, said: list[tuple[Stage, float]]
    ) -> None:
        async def main() -> Room:
            room = Room(StudySession(asyncio.get_running_loop().time, 600, lasted_s))
            assert room.study.stage is stage
            await guide(room.study, room)
            return room

        assert run(main()).said[:-1] == said
