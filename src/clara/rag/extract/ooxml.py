"""The XML of Office documents: elements by short names, whichever of the two families of namespaces they are in."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, iterparse

from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.zipped import Archive

DAMAGE = "damaged_docx"


def tag(element: Element) -> str:
    """Return an element's name; that of a formula's element starts with "m:", because "r" and "t" are in both."""
    namespace, _, name = str(element.tag).rpartition("}")
    return f"m:{name}" if namespace.endswith("/math") else name


def attribute(element: Element | None, name: str) -> str | None:
    if element is None:
        return None
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first child with that name, the first of its children with the next name, and so on."""
    for name in path:
        element = None if element is None else next((c for c in element if tag(c) == name), None)
    return element


def value(element: Element | None, *path: str) -> str | None:
    """Return the ``val`` attribute at the end of a path of children."""
    return attribute(child(element, *path), "val")


def is_on(element: Element | None, *path: str) -> bool:
    """Whether a switch such as w:vanish is there and not turned off."""
    switch = child(element, *path)
    return switch is not None and attribute(switch, "val") not in ("0", "false", "off")


def read_whole(archive: Archive, name: str) -> Element:
    """Return an entry's root element. Raises ReadFailed."""
    root = None
    for event, element in _events(archive, name):
        if event == "start" and root is None:
            root = element
    if root is None:
        raise ReadFailed(DAMAGE)
    return root


def read_blocks(archive: Archive, name: str) -> Iterator[Element]:
    """Yield the children of the document's body, each forgotten after use: a long document isn't held as a tree."""
    open_elements: list[Element] = []
    for event, element in _events(archive, name):
        if event == "start":
            open_elements.append(element)
            continue
        open_elements.pop()
        if len(open_elements) == 2 and tag(open_elements[1]) == "body":
            yield element
            open_elements[1].clear()


def _events(archive: Archive, name: str) -> Iterator[tuple[str, Element]]:
    stream = archive.open(name)
    try:
        # Expat itself bounds the growth of entities, and this process's memory and time are bounded.
        yield from iterparse(stream, events=("start", "end"))  # noqa: S314
    except (ParseError, LookupError, ValueError):
        raise ReadFailed(DAMAGE) from None
    finally:
        stream.close()
