"""Answers that are interrupted by speech, again and again: is what is stored what was heard, to the word?

Each learner plays what comes as it comes, tells the server how far, and speaks into it after a second or more. What
was heard follows from the player's position and the times of the words in the sound; what is stored, from the turn
that the server tells of. Floor: the same for what was sent to the client by then, heard or not.
"""

import asyncio

from bench.report import Figure, Options, percentile
from bench.voice_stage import ANSWER, INTERRUPTION, QUESTION, learners, spoken, talked_to
from clara.testing.speech import Sound, mumble
from clara.testing.talker import Talker
from clara.voice.wording.units import Units

LEARNERS = 4


def run(options: Options) -> list[Figure]:
    question, interruption = spoken(QUESTION), spoken(INTERRUPTION)
    times = 2 if options.quick else 10
    with talked_to(ANSWER) as server:

        async def main() -> list[tuple[int, int]]:
            async with learners(server, LEARNERS) as talkers:
                works = [
                    _interrupt(talker, question, interruption, times, 0.9 + 0.17 * number)
                    for number, talker in enumerate(talkers)
                ]
                return [pair for pairs in await asyncio.gather(*works) for pair in pairs]

        found = asyncio.run(main())
    off, sent = ([pair[at] for pair in found] for at in (0, 1))
    against = f"what was sent: {max(sent)} words off, median {percentile(sent, 0.5):.0f}"
    within = sum(words <= 1 for words in off) / len(off) * 100
    return [
        Figure("stored and heard differ by at most", max(off), "words", at_most=1, against=against),
        Figure(f"within one word, of {len(off)} interruptions", within, "%", at_least=100),
    ]


async def _interrupt(
    talker: Talker, question: Sound, interruption: Sound, times: int, after_s: float
) -> list[tuple[int, int]]:
    """Return by how many words what is stored is off what was heard, and what was sent."""
    found = []
    await talker.say(question)
    for number in range(times):
        start = await talker.until("audio_start", number + 1)
        await asyncio.sleep(after_s + 0.23 * (number % 5))
        await talker.say(interruption)
        turn = await talker.until("turn", number + 1, role="assistant")
        segment = talker.segments[start.message["segment"]]
        told = len(str(turn.message["text"]).split())
        found.append((abs(told - _words_by(segment.heard_ms)), abs(told - _words_by(segment.held_ms))))
    return found


def _words_by(position_ms: float) -> int:
    units, at, words = Units(), 0.0, 0
    for unit in [*units.feed(ANSWER), *units.finish()]:
        sound = mumble(unit.strip())
        words += sum(at + (word.start_ms + word.end_ms) / 2 <= position_ms for word in sound.words)
        at += sound.lasts_ms
    return words
