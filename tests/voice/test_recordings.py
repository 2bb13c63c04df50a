import base64
import resource
import struct
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.errors import ClaraError
from clara.testing.speech import Ear, mumble
from clara.voice.sound.containers import has_modest_tables
from clara.voice.sound.recordings import MOST_S, Recordings, decode
from clara.voice.sound.silence import RATE
from tests.voice.recorded import FORMATS, film, record, tone

pytestmark = pytest.mark.anyio

WORDS = "where does the calvin cycle take place"


def seconds_of(pcm: bytes) -> float:
    return len(pcm) / 2 / RATE


def code_of(data: bytes, most_s: float = MOST_S) -> str:
    with pytest.raises(ClaraError) as raised:
        decode(data, most_s)
    return raised.value.problem_code


OUTCOMES = ("heard", "recording_unreadable", "recording_without_sound", "recording_too_long")


def outcome_of(data: bytes) -> str:
    try:
        decode(data, most_s=10)
    except ClaraError as error:
        return error.problem_code
    return "heard"


@pytest.fixture
async def recordings() -> AsyncIterator[Recordings]:
    made = Recordings(most_bytes=500_000)
    yield made
    made.close()


async def read_code(recordings: Recordings, encoded: str) -> str:
    with pytest.raises(ClaraError) as raised:
        await recordings.read(encoded)
    return raised.value.problem_code


class TestDecode:
    @pytest.mark.parametrize("kind", FORMATS)
    def test_what_browsers_record_is_heard(self, kind: str) -> None:
        said, ear = mumble(WORDS), Ear()
        ear.learn(said)
        pcm = decode(record(said.pcm, said.rate, kind))
        assert seconds_of(pcm) == pytest.approx(said.lasts_ms / 1000, abs=0.1)
        assert ear.hear(pcm, RATE) == WORDS

    def test_of_a_film_the_sound_is_heard(self) -> None:
        assert seconds_of(decode(film(with_sound=True))) == pytest.approx(0.5, abs=0.1)

    @pytest.mark.parametrize("kind", ["Chromium and Firefox", "older Firefox", "a recorder in JavaScript"])
    def test_one_that_is_cut_off_is_heard_as_far_as_it_goes(self, kind: str) -> None:
        whole = record(tone(6), 48_000, kind)
        assert 2 < seconds_of(decode(whole[: len(whole) * 6 // 10])) < 4.5

    def test_damage_in_the_middle_costs_no_more_than_its_place(self) -> None:
        damaged = bytearray(record(tone(6), 48_000))
        for at in range(len(damaged) // 2, len(damaged) // 2 + 200):
            damaged[at] ^= 0x5A
        assert seconds_of(decode(bytes(damaged))) > 4

    @pytest.mark.parametrize("kind", ["MP4 in one piece", "Safari"])
    def test_without_its_tables_nothing_can_be_heard(self, kind: str) -> None:
        assert code_of(record(tone(1), 48_000, kind)[:300]) in ("recording_unreadable", "recording_without_sound")

    def test_pictures_alone_have_no_sound(self) -> None:
        assert code_of(film()) == "recording_without_sound"

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\0" * 1000,
            b"GIF89a" + b"\0" * 100,
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            b"\x1aE\xdf\xa3",
            b"OggS",
            b"RIFF\0\0\0\0WAVE",
            b"\0\0\0\x08ftyp",
        ],
    )
    def test_what_is_no_recording_is_refused(self, data: bytes) -> None:
        assert code_of(data) == "recording_unreadable"

    def test_the_later_pieces_of_a_recording_say_nothing_alone(self) -> None:
        whole = record(tone(2), 48_000)
        assert code_of(whole[len(whole) // 2 :]) == "recording_unreadable"

    @given(
        st.binary(max_size=400), st.sampled_from([b"\x1aE\xdf\xa3", b"OggS", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftyp"])
    )
    def test_rubbish_is_refused_or_silent(self, rubbish: bytes, head: bytes) -> None:
        assert outcome_of(head + rubbish) in OUTCOMES

    @given(st.data(), st.sampled_from(sorted(FORMATS)))
    def test_flipped_bytes_are_refused_or_heard(self, data: st.DataObject, kind: str) -> None:
        damaged = bytearray(RECORDED[kind])
        for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=20)):
            damaged[at] ^= data.draw(st.integers(1, 255))
        begun = time.monotonic()
        assert outcome_of(bytes(damaged)) in OUTCOMES
        assert time.monotonic() - begun < 5


RECORDED = {kind: record(tone(0.3), 48_000, kind) for kind in FORMATS}


class TestBombs:
    def test_ten_minutes_of_silence_in_a_small_blob_stop_early(self) -> None:
        bomb = record(bytes(2 * 8_000 * 600), 8_000)
        assert len(bomb) < 500_000
        begun = time.process_time()
        assert code_of(bomb, most_s=5) == "recording_too_long"
        assert time.process_time() - begun < 0.5

    @pytest.mark.parametrize("rate", [1, 1_000_000])
    def test_a_rate_that_no_microphone_has(self, rate: int) -> None:
        wav = bytearray(record(tone(1), 48_000, "a recorder in JavaScript"))
        struct.pack_into("<I", wav, 24, rate)
        assert code_of(bytes(wav)) == "recording_unreadable"

    @pytest.mark.parametrize("table", ["samples", "fragment", "times", "chunks"])
    def test_an_mp4_that_says_it_has_millions_of_samples_makes_nobody_count_them(self, table: str) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert code_of(bomb_of(table)) == "recording_unreadable"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000

    @pytest.mark.parametrize("name", [b"cmov", b"iinf"])
    def test_what_no_recording_has_is_not_read(self, name: bytes) -> None:
        made = record(tone(1), 48_000, "MP4 in one piece")
        assert code_of(made + struct.pack(">I", 16) + name + b"\0" * 8) == "recording_unreadable"

    @pytest.mark.parametrize("filling", [b"stsc", b"stts" + b"\0" * 8, b"\0\0\0\x08ftyp"])
    def test_looking_takes_no_time_itself(self, filling: bytes) -> None:
        begun = time.process_time()
        has_modest_tables(b"\0\0\0\x08ftyp" + filling * (2_000_000 // len(filling)))
        assert time.process_time() - begun < 2

    def test_a_name_that_turns_up_within_the_sound_is_no_table(self) -> None:
        made = bytearray(record(tone(2), 48_000, "MP4 in one piece"))
        at = made.find(b"mdat") + 1000
        made[at : at + 16] = b"trun" + b"\xff" * 12
        assert has_modest_tables(bytes(made))


def bomb_of(table: str) -> bytes:
    many = struct.pack(">I", 80_000_000)
    made = bytearray(record(tone(1), 48_000, "Safari" if table == "fragment" else "MP4 in one piece"))
    match table:
        case "samples":
            at = made.find(b"stsz")
            made[at + 8 : at + 16] = struct.pack(">I", 4) + many
        case "fragment":
            at = made.find(b"trun")
            made[at + 5 : at + 12] = b"\0\0\1" + many
        case "times":
            at = made.find(b"stts")
            made[at + 12 : at + 16] = many
        case "chunks":
            at = made.find(b"stsc")
            made[at + 16 : at + 20] = many
    return bytes(made)


class TestRead:
    async def test_base64_with_and_without_the_head_of_a_data_url(self, recordings: Recordings) -> None:
        encoded = base64.b64encode(record(tone(1), 48_000)).decode()
        bare = await recordings.read(encoded)
        assert bare.hearable
        assert bare.lasts_s == pytest.approx(1, abs=0.05)
        for head in ("data:audio/webm;codecs=opus;base64,", "data:;base64,", 'data:audio/mp4; codecs="opus";base64,'):
            assert (await recordings.read(head + encoded)).pcm == bare.pcm

    async def test_base64_in_lines_and_without_padding(self, recordings: Recordings) -> None:
        made = record(tone(1), 48_000)
        encoded = base64.encodebytes(made + b"\0" * (1 - len(made) % 3))
        assert encoded.endswith(b"=\n")
        assert (await recordings.read(encoded.decode().rstrip("=\n"))).hearable

    @pytest.mark.parametrize(
        ("encoded", "code"),
        [
            ("no base64 !", "recording_not_base64"),
            ("äöü", "recording_not_base64"),
            ("AAAAA", "recording_not_base64"),
            ("", "recording_empty"),
            ("data:audio/webm;base64,", "recording_empty"),
            ("AAAA", "recording_unreadable"),
        ],
    )
    async def test_says_what_is_wrong(self, recordings: Recordings, encoded: str, code: str) -> None:
        assert await read_code(recordings, encoded) == code

    async def test_too_many_bytes_are_not_even_decoded(self, recordings: Recordings) -> None:
        assert await read_code(recordings, "A" * 700_000) == "recording_too_big"
        assert await read_code(recordings, base64.b64encode(b"\0" * 500_001).decode()) == "recording_too_big"

    @pytest.mark.parametrize(
        ("pcm", "hearable"),
        [
            (tone(1), True),
            (tone(1, loudness=300), True),
            (bytes(2 * 48_000), False),
            (tone(1, loudness=50), False),
            (tone(0.05), False),
            (bytes(2 * 48_000) + tone(0.3), True),
        ],
    )
    async def test_tells_silence(self, recordings: Recordings, pcm: bytes, hearable: bool) -> None:
        read = await recordings.read(base64.b64encode(record(pcm, 48_000)).decode())
        assert read.hearable == hearable

    async def test_a_microphones_noise_is_silence(self, recordings: Recordings) -> None:
        noise = np.random.default_rng(1).normal(0, 40, 48_000).astype("<i2").tobytes()
        wav = record(noise, 48_000, "a recorder in JavaScript")
        assert not (await recordings.read(base64.b64encode(wav).decode())).hearable
