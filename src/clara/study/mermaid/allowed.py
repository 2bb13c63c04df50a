"""The lines that Mermaid text of ours may have. What is printed is held against them before it leaves."""

import re

from clara.study.mermaid.labels import PLAIN

_LABEL = rf"(?:[A-Za-z0-9{re.escape(PLAIN)}\u200c\u200d\u2060]|(?![\x00-\x9f\u2028\u2029])\S)+"
_NODE = r"n\d{1,4}"
_LINES = {
    "flowchart TD": rf'  {_NODE}\["{_LABEL}"\]|  {_NODE} --> (?:\|"{_LABEL}"\| )?{_NODE}',
    "sequenceDiagram": rf"  participant {_NODE} as {_LABEL}|  {_NODE}->>{_NODE}: {_LABEL}",
    "classDiagram": rf'  class {_NODE}\["{_LABEL}"\]|  {_NODE} : {_LABEL}|  {_NODE} --> {_NODE} : {_LABEL}',
    "stateDiagram-v2": rf'  state "{_LABEL}" as {_NODE}|  \[\*\] --> {_NODE}|  {_NODE} --> {_NODE}(?: : {_LABEL})?',
    "erDiagram": rf'  {_NODE}\["{_LABEL}"\] {{|    field \u2060\w+|  }}|  {_NODE} \|\|--o{{ {_NODE} : "{_LABEL}"',
    "mindmap": rf'  root\["{_LABEL}"\]|(?:  ){{2,9}}{_NODE}\["{_LABEL}"\]',
    "timeline": rf"  title {_LABEL}|  {_LABEL}(?: : {_LABEL})+",
}


def is_allowed(text: str) -> bool:
    """Tell whether the text is a diagram of a known type all of whose lines are of that type's forms."""
    first, *lines = text.removesuffix("\n").split("\n")
    form = _LINES.get(first)
    return form is not None and all(re.fullmatch(form, line) for line in lines)
