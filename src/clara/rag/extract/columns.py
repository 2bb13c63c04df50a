"""Does a table's first row hold the names of its columns?"""

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_NAME_CHARS = 80
_MOSTLY = 0.7

_VALUE = re.compile(r"[-+(]?[\d.,:/ %$€£¥-]*\d[\d.,:/ %$€£¥)-]*(?:[eE][-+]?\d+)?[^\W\d_]{0,3}")
"""A number, an amount, a date, a time, with up to three letters of a unit."""
_USUAL_NAMES = """
    id no nr number name title first last firstname lastname surname age sex gender date day month year time hour
    country city capital state region continent address street zip postcode email phone url link type kind category
    class group subject topic course grade score mark marks points result term word definition meaning translation
    example question answer hint explanation front back description comment comments notes note text value amount price
    cost quantity unit units total count percent rate population area length width height weight size author publisher
    language code symbol element atomic formula chapter section page source species genus family event place location
    vorname nachname alter datum jahr monat tag land stadt hauptstadt ort strasse straße plz typ art kategorie fach
    thema punkte begriff wort bedeutung übersetzung beispiel frage antwort beschreibung wert preis menge einheit anzahl
    einwohner fläche titel autor
    nombre apellido edad fecha año mes día país ciudad estado tipo categoría tema curso nota término palabra
    significado definición traducción ejemplo pregunta respuesta descripción valor precio cantidad unidad población
    título nom prénom âge année mois jour pays ville catégorie sujet cours terme mot signification définition traduction
    exemple
    réponse description valeur prix quantité unité titre auteur
"""
_USUAL = frozenset(_USUAL_NAMES.split())


class Columns(NamedTuple):
    """``names`` of the columns where they are certain, else none; ``first_row``, where that may be names."""

    names: tuple[str, ...]
    first_row: tuple[str, ...]


def read_columns(rows: Sequence[Sequence[str]]) -> Columns:
    """Tell from a table's first rows. A wrong name beside a value is worse than none: one that is uncertain isn't."""
    if len(rows) < 2:
        return Columns((), ())
    names = tuple(cell[:MAX_NAME_CHARS] for cell in rows[0])
    given = [name.casefold() for name in names if name]
    if len(given) < max(2, len(names) - 1) or len(set(given)) < len(given) or any(map(_VALUE.fullmatch, given)):
        return Columns((), ())
    if any(len(cell) > MAX_NAME_CHARS for cell in rows[0]):
        return Columns((), ())
    return Columns(names if _differs(names, rows[1:]) else (), names if all(names) else ())


def _differs(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    usual = sum(bool(_USUAL.intersection(re.findall(r"[^\W\d_]+", name.casefold()))) for name in names)
    if usual >= len(names) / 2 and usual >= 2:
        return True
    return any(_unlike(name, [row[at] for row in rows if at < len(row) and row[at]]) for at, name in enumerate(names))


def _unlike(name: str, cells: Sequence[str]) -> bool:
    """Whether a column's cells are mostly of another kind than its first: values, written otherwise, or far longer."""
    if not name or len(cells) < 2:
        return False
    enough = len(cells) * _MOSTLY
    if sum(bool(_VALUE.fullmatch(cell)) for cell in cells) >= enough:
        return True
    if name.islower() and sum(not cell.islower() for cell in cells) >= max(enough, 2) and not _is_prose(name):
        return True
    return "_" in name and sum("_" not in cell for cell in cells) >= enough


def _is_prose(name: str) -> bool:
    return len(name.split()) > 3
