"""/homework/chat-rag without a model: 10,000 chunks, a conversation with ten turns behind it, over HTTP.

Each conversation is filled with ten questions and answers by the history of its first request, as existing clients
send it; then one more question is asked in it. Time is from request to the whole answer: the turn is taken, the
question stored, the material searched, the quotes chosen and checked, the answer stored. Floor: /rag/search, in turns.
"""

from urllib.parse import quote

from bench.corpus import HOW, library
from bench.measure import interleaved
from bench.report import Figure, Options, of_rounds
from bench.serving import client, serving

OWNER = "ana"


def run(options: Options) -> list[Figure]:
    books, questions = library(100, 20 if options.quick else 100, 500)
    chunks = sum(map(len, books))
    print(f"{chunks} chunks: {HOW}")
    calls = 40 if options.quick else 100
    with serving({OWNER: books}) as server:
        one = client(server, OWNER)
        history = []
        for asked in questions[-10:]:
            history += [
                {"role": "user", "content": asked.text},
                {"role": "assistant", "content": "It is in your files."},
            ]
        cited = 0

        def begin(call: int) -> str:
            body = {"message": questions[call % 300].text, "user_id": OWNER, "conversation_history": history}
            return str(one.post("/homework/chat-rag", body)["conversation_id"])

        ids = [begin(call) for call in range(calls)]

        def ask(call: int) -> None:
            nonlocal cited
            text = questions[(call + 100) % 300].text
            body = {"message": text, "user_id": OWNER, "conversation_id": ids[call % calls]}
            cited += bool(one.post("/homework/chat-rag", body)["citations"])

        contestants = {
            "chat": ask,
            "search": lambda call: one.get(f"/rag/search/{OWNER}?query={quote(questions[(call + 100) % 300].text)}"),
        }
        rounds = 2 if options.quick else 4
        times = interleaved(contestants, rounds, calls)
        one.close()
    search = of_rounds(times["search"], 0.5)
    return [
        Figure(
            f"/homework/chat-rag, {chunks:,} chunks, 10 turns of history: p50",
            of_rounds(times["chat"], 0.5),
            "ms",
            at_most=10,
            against=f"/rag/search {search:.2f} ms",
        ),
        Figure("the same: p99", of_rounds(times["chat"], 0.99), "ms"),
        Figure("answers that cite", cited / (rounds * calls) * 100, "%"),
    ]
