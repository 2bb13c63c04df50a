"""Formulas of a DOCX (OMML) as LaTeX, which people and models read alike."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from clara.rag.extract.ooxml import child, is_on, tag, value

BACKSLASH = "\\"
NEW_ROW = r" \\ "
_BIG = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint", "∮": r"\oint", "⋃": r"\bigcup"}
_ACCENTS = {
    "\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0305": r"\bar", "\u0307": r"\dot",
    "\u0308": r"\ddot", "\u20d7": r"\vec", "\u20d1": r"\vec", "\u030c": r"\check", "\u0306": r"\breve",
}  # fmt: skip
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp lim max min sup inf det gcd dim ker".split()  # noqa: SIM905
)


def latex(element: Element) -> str:
    """Return what stands in an element of a formula, without dollar signs."""
    rule = _RULES.get(tag(element))
    return rule(element) if rule else "".join(latex(part) for part in element)


def _part(element: Element, name: str) -> str:
    found = child(element, f"m:{name}")
    return "" if found is None else latex(found).strip()


def _group(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _run(element: Element) -> str:
    return "".join(part.text or "" for part in element if tag(part) in ("m:t", "t"))


def _fraction(element: Element) -> str:
    over, under = _part(element, "num"), _part(element, "den")
    kind = value(element, "m:fPr", "m:type")
    if kind == "lin":
        return f"{over}/{under}"
    return rf"\binom{{{over}}}{{{under}}}" if kind == "noBar" else rf"\frac{{{over}}}{{{under}}}"


def _radical(element: Element) -> str:
    degree = "" if is_on(element, "m:radPr", "m:degHide") else _part(element, "deg")
    return rf"\sqrt[{degree}]{{{_part(element, 'e')}}}" if degree else rf"\sqrt{{{_part(element, 'e')}}}"


def _scripted(base: str, sub: str, sup: str) -> str:
    return base + (f"_{_group(sub)}" if sub else "") + (f"^{_group(sup)}" if sup else "")


def _script(element: Element) -> str:
    base = _part(element, "e")
    return _scripted(base if len(base) < 2 or base.isalnum() else _group(base), *_sub_sup(element))


def _sub_sup(element: Element) -> tuple[str, str]:
    return _part(element, "sub"), _part(element, "sup")


def _big_operator(element: Element) -> str:
    sign = value(element, "m:naryPr", "m:chr") or "∫"
    return f"{_scripted(_BIG.get(sign, sign), *_sub_sup(element))} {_part(element, 'e')}"


def _delimited(element: Element) -> str:
    begin, end = value(element, "m:dPr", "m:begChr"), value(element, "m:dPr", "m:endChr")
    between = value(element, "m:dPr", "m:sepChr") or "|"
    inner = between.join(latex(part) for part in element if tag(part) == "m:e")
    begin, end = "(" if begin is None else begin, ")" if end is None else end
    return f"{_brace(begin)}{inner}{_brace(end)}"


def _brace(delimiter: str) -> str:
    return "\\" + delimiter if delimiter in ("{", "}") else delimiter


def _function(element: Element) -> str:
    name = _part(element, "fName")
    known = name.partition("_")[0].partition("^")[0]
    return f"{BACKSLASH if known in _FUNCTIONS else ''}{name} {_part(element, 'e')}"


def _limit(element: Element) -> str:
    sign = "_" if tag(element) == "m:limLow" else "^"
    return f"{_part(element, 'e')}{sign}{_group(_part(element, 'lim'))}"


def _accent(element: Element) -> str:
    command = _ACCENTS.get(value(element, "m:accPr", "m:chr") or "", r"\hat")
    return f"{command}{{{_part(element, 'e')}}}"


def _bar(element: Element) -> str:
    command = r"\overline" if value(element, "m:barPr", "m:pos") == "top" else r"\underline"
    return f"{command}{{{_part(element, 'e')}}}"


def _matrix(element: Element) -> str:
    rows = [" & ".join(latex(cell).strip() for cell in row) for row in element if tag(row) == "m:mr"]
    return r"\begin{matrix} " + NEW_ROW.join(rows) + r" \end{matrix}"


def _equations(element: Element) -> str:
    rows = [latex(row).strip() for row in element if tag(row) == "m:e"]
    return r"\begin{aligned} " + NEW_ROW.join(rows) + r" \end{aligned}"


def _nothing(element: Element) -> str:
    return ""


_RULES: dict[str, Callable[[Element], str]] = {
    "m:r": _run,
    "m:f": _fraction,
    "m:rad": _radical,
    "m:sSup": _script,
    "m:sSub": _script,
    "m:sSubSup": _script,
    "m:sPre": lambda element: f"{{}}{_scripted('', *_sub_sup(element))}{_part(element, 'e')}",
    "m:nary": _big_operator,
    "m:d": _delimited,
    "m:func": _function,
    "m:limLow": _limit,
    "m:limUpp": _limit,
    "m:acc": _accent,
    "m:bar": _bar,
    "m:m": _matrix,
    "m:eqArr": _equations,
    "m:ctrlPr": _nothing,
    "del": _nothing,
}
