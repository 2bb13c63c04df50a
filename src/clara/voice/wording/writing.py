"""What signs, short forms and figures of running text are called in English."""

from collections.abc import Mapping, Sequence

SIGNS: Mapping[str, str] = {
    "×": "times", "÷": "divided by", "±": "plus or minus", "∓": "minus or plus", "≤": "is at most", "≥": "is at least",
    "≠": "is not equal to", "≈": "is about", "≡": "is equivalent to", "≅": "is congruent to", "∼": "is similar to",
    "∝": "is proportional to", "→": "to", "⟶": "to", "←": "from", "↔": "and back to", "⇌": "is in balance with",
    "⇒": "implies", "⟹": "implies", "⇔": "if and only if", "↦": "maps to", "↑": "up", "↓": "down", "−": "minus",
    "√": "the root of", "∛": "the cube root of", "∞": "infinity", "°C": "degrees Celsius", "°F": "degrees Fahrenheit",
    "℃": "degrees Celsius", "℉": "degrees Fahrenheit", "°": "degrees", "&": "and", "·": "times", "⋅": "times",
    "∗": "times", "∘": "after", "½": "one half", "⅓": "one third", "⅔": "two thirds", "¼": "one quarter",
    "¾": "three quarters", "⅕": "one fifth", "⅖": "two fifths", "⅗": "three fifths", "⅘": "four fifths",
    "⅙": "one sixth", "⅚": "five sixths", "⅛": "one eighth", "⅜": "three eighths", "⅝": "five eighths",
    "⅞": "seven eighths", "⅐": "one seventh", "⅑": "one ninth", "⅒": "one tenth", "∑": "the sum of",
    "∏": "the product of", "∫": "the integral of", "∂": "partial", "∇": "nabla", "∈": "in", "∉": "not in",
    "∪": "union", "∩": "intersected with", "⊂": "is a subset of", "⊆": "is a subset of", "⊃": "contains",
    "∅": "the empty set", "∀": "for all", "∃": "there is", "¬": "not", "∧": "and", "∨": "or", "∴": "therefore",
    "∵": "because", "∠": "angle", "△": "triangle", "⊥": "is perpendicular to", "∥": "is parallel to", "ℝ": "R",
    "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "′": "prime", "″": "double prime", "‰": "per mille", "№": "number",
    "©": "copyright", "™": "", "®": "", "✓": "", "§": "section",
}  # fmt: skip

COMPARED: Mapping[str, str] = {
    "=": "equals", "==": "equals", "===": "equals", "<": "is less than", ">": "is greater than", "+": "plus",
    "<=": "is at most", ">=": "is at least", "!=": "is not equal to", "->": "to", "-->": "to", "=>": "implies",
    "==>": "implies", "<->": "and back to", "<-->": "and back to", "<=>": "if and only if", "<-": "from", "<--": "from",
}  # fmt: skip

SHORT_FORMS: Sequence[tuple[str, str]] = (
    (r"e\.\s?g\.", "for example"),
    (r"i\.\s?e\.", "that is"),
    (r"vs\.?(?!\w)", "versus"),
    (r"cf\.", "compare"),
    (r"et al\.", "and others"),
    (r"a\.k\.a\.", "also known as"),
    (r"viz\.", "namely"),
    (r"approx\.", "approximately"),
    (r"w/o(?= )", "without"),
    (r"w/(?= )", "with"),
    (r"c(?:a)?\.(?= ?\d)", "about"),
    (r"[Ff]igs\.(?= ?\d)", "figures"),
    (r"[Ff]ig\.(?= ?\d)", "figure"),
    (r"[Ee]qs\.(?= ?[\d(])", "equations"),
    (r"[Ee]q\.(?= ?[\d(])", "equation"),
    (r"[Ss]ec\.(?= ?\d)", "section"),
    (r"[Cc]h\.(?= ?\d)", "chapter"),
    (r"[Vv]ol\.(?= ?\d)", "volume"),
    (r"[Nn]os\.(?= ?\d)", "numbers"),
    (r"[Nn]o\.(?= ?\d)", "number"),
    (r"pp\.(?= ?\d)", "pages"),
    (r"p\.(?= ?\d)", "page"),
)
"""Patterns, and what is said."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_RULERS = (
    "Henry Louis Elizabeth Charles George Edward Richard James William Philip Napoleon Frederick Catherine Peter "
    "Ramses Alexander Nicholas Ivan Francis Ferdinand Leopold Wilhelm John Paul Pius Gregory Innocent Urban Otto Leo "
    "Benedict Mary Amenhotep Thutmose Darius Ptolemy Cleopatra Mehmed Selim Suleiman Xerxes"
)
RULERS = frozenset(_RULERS.split(" "))
"""Names before a Roman number that counts those who had them: "Henry the eighth"."""
