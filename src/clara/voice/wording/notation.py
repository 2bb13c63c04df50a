"""LaTeX mathematics as plain Unicode ("x² + ½"), which any language's voice reads in its own way."""

import re
from collections.abc import Iterator
from html import unescape

from clara.voice.wording.symbols import SILENT

_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho _ sigma tau upsilon phi "
    "chi psi omega"
)
_GREEK = {name: chr(code) for code, name in enumerate(_NAMES.split(" "), 0x3B1)}
_SIGNS = _GREEK | {name.capitalize(): letter.upper() for name, letter in _GREEK.items()}
_SIGNS |= {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "infty": "∞", "to": "→", "rightarrow": "→", "Rightarrow": "⇒", "implies": "⇒",
    "int": "∫", "sum": "∑", "prod": "∏", "partial": "∂", "nabla": "∇", "in": "∈", "cup": "∪", "cap": "∩", "circ": "°",
    "degree": "°", "forall": "∀", "exists": "∃", "emptyset": "∅", "angle": "∠", "ldots": "…", "dots": "…",
    "cdots": "…", "varepsilon": "ε", "varphi": "φ", "equiv": "≡", "propto": "∝", "iff": "⇔", "lim": "lim",
    "Leftrightarrow": "⇔", "leftrightarrow": "↔", "leftarrow": "←", "xrightarrow": "→", "mapsto": "↦", "notin": "∉",
    "rightleftharpoons": "⇌", "subset": "⊂", "subseteq": "⊆", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨",
    "neg": "¬", "perp": "⊥", "parallel": "∥", "cong": "≅", "ll": "≪", "gg": "≫", "prime": "′", "hbar": "ħ",
    "ell": "ℓ", "triangle": "△", "therefore": "∴", "varnothing": "∅", "longrightarrow": "→",
    "pmod": "mod", "bmod": "mod",
}  # fmt: skip
_VULGAR = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_FRACTION = re.compile(rf"\\[dtc]?frac\s*(?:{_GROUP}\s*{_GROUP}|(\d)\s*(\d))")
_ROOT = re.compile(rf"\\sqrt\s*(?:\[[^\]]*\])?\s*(?:{_GROUP}|(\w))")
_WRAPPED = re.compile(
    rf"\\(?:text\w*|math\w+|operatorname|boxed|ce|bar|vec|hat|overrightarrow|overline|underline|bm)\*?\s*{_GROUP}"
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_SCRIPT = re.compile(rf"([\^_])\s*(?:{_GROUP}|(\S))")
_MOST_CHARS = 2_000
_IN_PROSE = re.compile(
    r"(?P<entity>&(?:[A-Za-z]{2,8}|\#\d{1,5}|\#x[0-9A-Fa-f]{1,5});)"
    r"|(?P<maths>\\[,;:!]|\\[A-Za-z]{2,}(?:\s?\{(?:[^{}]|\{[^{}]*\})*\})*"
    r"|(?<!\w)[A-Za-z0-9]{1,12}\^(?:-?[A-Za-z0-9]{1,6}|\{[^{}]{1,40}\}|\([^()]{1,40}\)))"
)


def plain_maths(latex: str) -> str:
    """Return LaTeX mathematics in Unicode characters, as near as they come. Never raises."""
    text = re.sub(r"\\(?:begin|end)\s*\{[A-Za-z*]+\}", " ", " ".join(latex[:_MOST_CHARS].split()))
    text = re.sub(r"\^?\s*\{?\s*\\circ(?![A-Za-z])\s*\}?(?=[~\s]*\\(?:text|mathrm)\b)", "°", text)
    for _ in range(6):
        before = text
        text = _FRACTION.sub(_fraction, _WRAPPED.sub(r"\1", text))
        text = _ROOT.sub(
            lambda found: f"√({found[1]})" if len(found[1] or "") > 1 else f"√{found[1] or found[2]}", text
        )
        if text == before:
            break
    text = _COMMAND.sub(_command, text)
    text = _SCRIPT.sub(_script, text)
    return " ".join(re.sub(r"[{}\\$&~^_]", " ", text).split())


def plain_prose(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield a running text's parts, and how each is said: None where that is as it is written."""
    at = 0
    for found in _IN_PROSE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], None
        yield found[0], unescape(found[0]) if found["entity"] else f" {plain_maths(found[0])} "
        at = found.end()
    if at < len(text):
        yield text[at:], None


def _fraction(found: "re.Match[str]") -> str:
    above, below = (found[1] or found[3] or "").strip(), (found[2] or found[4] or "").strip()
    whole = f"{above}/{below}"
    return _VULGAR.get(whole) or "/".join(
        part if len(part) < 2 or part.isalnum() else f"({part})" for part in (above, below)
    )


def _command(found: "re.Match[str]") -> str:
    name = found[1]
    if f"\\{name}" in SILENT:
        return " "
    if not name.isalpha():
        return name if name in "%#" else " "
    return _SIGNS.get(name, f" {name} ")


def _script(found: "re.Match[str]") -> str:
    inner = (found[2] or found[3] or "").strip()
    signs = _RAISED if found[1] == "^" else _LOWERED
    if all(character in signs for character in inner):
        return "".join(signs[character] for character in inner)
    return inner if inner == "°" else f" {inner}"
