"""What the Accept header asks for (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE | re.ASCII)


def prefers(accept: str, wanted: str, usual: str) -> bool:
    """Say whether ``wanted`` is asked for by name, and before ``usual``; wildcards ask for nothing in particular."""
    weights: dict[str, tuple[float, int]] = {}
    for place, entry in enumerate(accept.split(",")):
        kind, *parameters = entry.split(";")
        weights.setdefault(kind.strip().lower(), (_weight(parameters), -place))
    asked = weights.get(wanted, (0.0, 0))
    return asked[0] > 0 and asked > weights.get(usual, (0.0, 0))


def _weight(parameters: Sequence[str]) -> float:
    found = (_WEIGHT.fullmatch(parameter) for parameter in parameters)
    return next((float(weight[1]) for weight in found if weight), 1.0)
