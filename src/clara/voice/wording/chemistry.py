r"""Chemical formulas and equations as English words: "2 H 2 plus O 2 gives 2 H 2 O"."""

import re

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm"
)
_ELEMENTS = frozenset(_SYMBOLS.split(" "))
_ARROWS = {"->": "gives", "\u2192": "gives", "=": "gives", "<-": "comes from"}
_STATES = {"(s)": "solid", "(l)": "liquid", "(g)": "gas", "(aq)": "in solution"}
_SIGNS = {"+": "plus", "-": "minus", "\u2212": "minus"}
_PART = re.compile(
    r"(?P<balance><=>>?|<<=>|<->|\u21cc)(?:\[[^\]]*\])*|(?P<arrow>->|<-|\u2192)(?:\[[^\]]*\])*|(?P<state>\((?:s|l|g|aq)\))"
    r"|\^\{?(?P<raised>\d*[+\u2212-]?)\}?|_?\{?(?P<number>\d+(?:\.\d+)?)\}?|(?P<element>[A-Z][a-z]?)"
    r"|(?P<plus>(?<=\s)\+(?=\s))|(?P<sign>[+\u2212-](?![A-Za-z0-9]))|(?P<letter>[a-z]+)|."
)
_ARROW_COMMANDS = re.compile(r"\\(?:long|x)?(?:rightarrow|to)(?![A-Za-z])")
_BALANCE_COMMANDS = re.compile(r"\\(?:rightleftharpoons|leftrightarrow)(?![A-Za-z])")
_WRAPPING = re.compile(r"\\(?:text|mathrm|mathsf|rm)(?![A-Za-z])|\\[,;:! ]|[{}]")
_SPECIES = re.compile(r"\d*(?:(?:[A-Z][a-z]?|\([A-Za-z_\d]+\))(?:_?\d+)?)+(?:\^\d*[+-])?(?:\((?:s|l|g|aq)\))?|e\^-")
_ELEMENT = re.compile(r"[A-Z][a-z]?")
_MOST_CHARS = 400


def say_formula(written: str) -> str:
    r"""Return what stands in \ce{…} as words: symbols are spelled, as everybody spells them. Never raises."""
    words: list[str] = []
    for part in _PART.finditer(written[:_MOST_CHARS]):
        match part.lastgroup:
            case "balance":
                words.append("is in balance with")
            case "arrow":
                words.append(_ARROWS[part[0][:2].rstrip("[")])
            case "state":
                words.append(f", {_STATES[part[0]]},")
            case "raised":
                charge = part["raised"]
                words += [charge.rstrip("+-\u2212"), _SIGNS.get(charge[-1:], "")]
            case "number":
                words.append(part["number"])
            case "element":
                words += part[0].upper() if part[0] in _ELEMENTS else part[0]
            case "plus" | "sign":
                words.append(_SIGNS[part[0]])
            case "letter":
                words.append(part[0])
    return " ".join(word for word in words if word).replace(" ,", ",").strip(" ,")


def formula_in(latex: str, surely: bool = False) -> str | None:
    r"""Return mathematics that is chemistry (``H_2O``, ``\mathrm{Ca^{2+}}``, an equation) as \ce has it, else None.

    ``surely``: a single element with a number, ``O_2``, is one too.
    """
    if len(latex) > _MOST_CHARS:
        return None
    flat = _WRAPPING.sub("", _BALANCE_COMMANDS.sub(" <=> ", _ARROW_COMMANDS.sub(" -> ", latex)))
    species = [part.replace(" ", "") for part in re.split(r"(?<!\^)(?<!\^\d)\+|->|<=>", flat)]
    if not all(_SPECIES.fullmatch(part) for part in species):
        return None
    symbols = [_ELEMENT.findall(part) for part in species]
    if any(symbol not in _ELEMENTS for part in symbols for symbol in part):
        return None
    written = any(
        len(found) > 1 and re.search(r"\d\Z|\d[A-Z(]|_", part) for found, part in zip(symbols, species, strict=True)
    )
    charged = any(re.search(r"[A-Z][a-z]?[_\d]*\^\d*[+-]", part) for part in species)
    if not (written or charged or (surely and "_" in flat and all(symbols))):
        return None
    return re.sub(r"(?<!\^)(?<!\^\d)\+", " + ", flat)
