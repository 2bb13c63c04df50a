"""Raised and lowered text in a line of plain text: 10³ and H₂O, where 103 and H2O would say something else."""

_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_PLAIN = frozenset({"st", "nd", "rd", "th", "e", "er", "re", "o", "a", "tm", "sm"})
"""Ordinals and marks, which are raised for looks."""


def raised(text: str) -> str:
    return _scripted(text, _RAISED, "^")


def lowered(text: str) -> str:
    return _scripted(text, _LOWERED, "_")


def _scripted(text: str, characters: dict[int, int], sign: str) -> str:
    inner = text.strip().replace("−", "-")
    if not inner or inner.lower() in _PLAIN or (not inner[0].isalnum() and inner[0] not in "+-("):
        return text
    if all(ord(character) in characters for character in inner):
        return inner.translate(characters)
    return f"{sign}{inner}" if len(inner) == 1 else f"{sign}({inner})"
