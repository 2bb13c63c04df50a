"""Resident memory of the app with one model provider loaded, after a search and an answer.

The app as the server builds it, in a process of its own, over a store of 500 chunks; then the chat model of the
settings is asked once, which imports its provider. OpenAI answers from a scripted server; Anthropic's and Google's are
only imported and made, since nobody here speaks their protocols, and so told without a goal of their own answer.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.corpus import library
from bench.filling import Filler, new_store
from bench.model_stream import scripted
from bench.report import Figure, Options

OWNER = "ana"
PROVIDERS = {
    "openai": {"chat_model": "openai:scripted", "openai_api_key": "k"},
    "anthropic": {"anthropic_api_key": "k"},
    "google": {"google_api_key": "k"},
}


def run(options: Options) -> list[Figure]:
    books, questions = library(5, 100, 50)
    figures = []
    with TemporaryDirectory() as folder, scripted() as url:
        database = new_store(Path(folder))
        Filler(database).fill(OWNER, books)
        database.close()
        for name, values in PROVIDERS.items():
            given = json.dumps({"folder": folder, "question": questions[0].text, "values": values, "url": url})
            command = [sys.executable, "-m", "bench.model_memory"]
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
            before, after = json.loads(done.stdout.splitlines()[-1])
            figures.append(
                Figure(f"resident with {name} loaded", after, "MiB", at_most=230, against=f"{before:.0f} MiB before it")
            )
    return figures


async def _measure(folder: str, question: str, values: dict[str, str], url: str) -> tuple[float, float]:
    import psutil

    from bench.measure import resident
    from clara.providers.chat import ChatMessage, ChatRequest
    from clara.providers.models import make_chat_model
    from clara.testing import make_settings, running_app

    if "openai_api_key" in values:
        values = values | {"openai_base_url": url}
    settings = make_settings(Path(folder), **values)
    process = psutil.Process()
    async with running_app(settings, work=False) as app:
        answer = await app.client.get("/v1/search", params={"q": question}, headers=app.learner(OWNER))
        assert answer.json()["passages"], answer.text
        before = resident(process)
        model = make_chat_model(settings)
        assert model is not None
        await model.warm()
        if "openai_base_url" in values:
            request = ChatRequest("You are a tutor.", [ChatMessage("user", "!long:500")], max_tokens=1000)
            assert len([event async for event in model.stream(request)]) == 502
        after = resident(process)
        await model.close()
    return before, after


if __name__ == "__main__":
    import asyncio

    print(json.dumps(asyncio.run(_measure(**json.load(sys.stdin)))))
