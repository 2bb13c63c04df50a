"""What a model's text becomes when it is shown, in whatever pieces it comes."""

from collections.abc import Collection, Iterable, Sequence

from clara.tutor.markup.marks import Mark
from clara.tutor.markup.passing import Token
from clara.tutor.markup.scanning import Scanner


def tokens(
    text: str,
    cuts: Iterable[int] = (),
    passages: int = 6,
    hosts: Collection[str] = (),
    stripped: list[str] | None = None,
) -> list[Token]:
    """Scan a text that comes in pieces, cut there; neighbouring texts are one."""
    heard: list[str] = [] if stripped is None else stripped
    scanner = Scanner(lambda number: 1 <= number <= passages, hosts, heard.append)
    ends = [*sorted({cut for cut in cuts if 0 < cut < len(text)}), len(text)]
    found: list[Token] = []
    start = 0
    for end in ends:
        found += scanner.feed(text[start:end])
        start = end
    found += scanner.end()
    return _joined(found)


def _joined(found: Sequence[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in found:
        if isinstance(token, str) and joined and isinstance(joined[-1], str):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def shown(text: str, **options: object) -> str:
    """Return a text as it is shown when none of its marks holds."""
    return "".join(token for token in tokens(text, **options) if isinstance(token, str))  # type: ignore[arg-type]


def marks(text: str, **options: object) -> list[Mark]:
    return [token for token in tokens(text, **options) if isinstance(token, Mark)]  # type: ignore[arg-type]


def cites(text: str) -> list[tuple[int, str]]:
    """Return what all marks of a text cite."""
    return [cite for mark in marks(text) for cite in mark.cites]
