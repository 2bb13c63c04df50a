"""What Chromium's own MediaRecorder records is heard."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from clara.voice.sound.recordings import decode
from clara.voice.sound.silence import loudness

LASTS_S = 1.5
RECORD = """async ([mimeType, lastsMs]) => {
  if (!MediaRecorder.isTypeSupported(mimeType)) return null;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, lastsMs));
  recorder.stop();
  await stopped;
  stream.getTracks().forEach((track) => track.stop());
  return await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob(parts, { type: mimeType }));
  });
}"""


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    """A blank page that may use the microphone, which beeps."""
    context = chromium.new_context(permissions=["microphone"])
    page = context.new_page()
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html><title>blank</title>", content_type="text/html")
    )
    page.goto("http://127.0.0.1:9/")
    yield page
    context.close()


class TestMediaRecorder:
    @pytest.mark.parametrize(
        "mime_type", ["audio/webm", "audio/webm;codecs=opus", "audio/webm;codecs=pcm", "audio/mp4;codecs=opus"]
    )
    def test_its_recordings_are_heard(self, page: Any, mime_type: str) -> None:
        recorded = page.evaluate(RECORD, [mime_type, LASTS_S * 1000])
        if recorded is None:
            pytest.skip(f"this Chromium records no {mime_type}")
        pcm = decode(base64.b64decode(recorded.partition(",")[2]))
        assert LASTS_S - 0.7 < len(pcm) / 2 / 16_000 < LASTS_S + 1
        assert loudness(pcm) > 500
