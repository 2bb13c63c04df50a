"""Study sets in the shapes that existing clients speak: tool calls, visual content, a summary's notes."""

from collections.abc import Mapping
from typing import Any, Literal

from clara.core.clock import iso
from clara.study.diagrams import diagram_of, draw
from clara.study.scope import Kind
from clara.study.sets import Item, StudySet

TOOL_TYPES = {
    Kind.DIAGRAM: "mermaid_diagram",
    Kind.MINDMAP: "mermaid_diagram",
    Kind.FLASHCARDS: "flashcards",
    Kind.QUIZ: "quiz",
}
"""A summary is text and needs no tool call."""
VISUAL_TYPES = {
    Kind.DIAGRAM: "diagram",
    Kind.MINDMAP: "mindmap",
    Kind.FLASHCARDS: "flashcard",
    Kind.QUIZ: "quiz",
}
KINDS_OF_COMMANDS = {name: kind for kind, name in VISUAL_TYPES.items()}
CommandName = Literal["diagram", "flashcard", "flashcards", "quiz", "mindmap", "mind_map"]
"""What clients call what they want to see: the types of visuals, in more than one spelling."""


def kind_of_command(name: CommandName) -> Kind:
    return KINDS_OF_COMMANDS[name.replace("_", "").removesuffix("s")]


def content_of(found: StudySet) -> dict[str, Any]:
    """Return a set's items without what they cite, as plain JSON: what an artifact event carries."""
    content: dict[str, Any] = {"description": found.description, "made_by": found.made_by}
    match found.kind:
        case Kind.FLASHCARDS:
            content["cards"] = [{"front": item.body["front"], "back": item.body["back"]} for item in found.items]
        case Kind.QUIZ:
            content["questions"] = [{"item": item.number, **item.body} for item in found.items]
        case Kind.SUMMARY:
            content["points"] = [{"item": item.number, **item.body} for item in found.items]
        case Kind.DIAGRAM | Kind.MINDMAP:
            content["nodes"] = [{"item": item.number, **item.body} for item in found.items]
    return content | {"diagram": diagram_of(found)}


def tool_call(set_id: str, kind: str, title: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return {type, data, id} for what an artifact carries; None for a summary, and where nothing is left."""
    name = TOOL_TYPES.get(Kind(kind))
    data: dict[str, Any] = {"type": name, "title": title}
    match name:
        case "mermaid_diagram":
            data["content"] = content.get("diagram")
        case "flashcards":
            data["cards"] = content["cards"]
        case "quiz":
            data["questions"] = [_question(body) for body in content["questions"]]
        case _:
            return None
    if not any(data.get(part) for part in ("content", "cards", "questions")):
        return None
    return {"type": name, "data": data | {"description": content["description"], "validated": True}, "id": set_id}


def visual_content(found: StudySet, now: float) -> dict[str, Any] | None:
    """Return a set as the voice client draws it; None for a summary."""
    name = VISUAL_TYPES.get(found.kind)
    if name is None:
        return None
    visual: dict[str, Any] = {"type": name, "title": found.title, "description": found.description}
    match found.kind:
        case Kind.FLASHCARDS:
            visual["cards"] = [{"front": item.body["front"], "back": item.body["back"]} for item in found.items]
        case Kind.QUIZ:
            visual["questions"] = [
                {name: value for name, value in _question(item.body).items() if name != "type"} for item in found.items
            ]
        case Kind.MINDMAP:
            visual |= {"central_topic": found.title, "branches": _branches(found)}
        case Kind.DIAGRAM:
            visual |= _parts(found)
    return visual | {"generated_at": iso(now)}


def summary_notes(found: StudySet) -> str:
    """Return a summary's points as Markdown, each with its page."""
    lines: list[str] = []
    section = None
    for item in found.items:
        if item.body["section"] != section:
            section = item.body["section"]
            lines += ["", f"## {section}"] if section else [""]
        lines.append(f"- {item.body['text']}{_pages(item)}")
    return "\n".join(lines).strip()


def _pages(item: Item) -> str:
    pages = next((source.pages for source in item.sources if source.pages), "")
    return f" ({'pp.' if '–' in pages else 'p.'} {pages})" if pages else ""


def _question(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question one of whose options is its answer: a short one has no other."""
    return {
        "question": body["question"],
        "type": "multiple_choice" if body["type"] == "choice" else "short_answer",
        "options": list(body["options"]) or [body["answer"]],
        "correct_answer": body["answer"],
        "explanation": body["explanation"],
    }


def _branches(found: StudySet) -> list[dict[str, Any]]:
    """Return the top nodes with all labels below each."""
    below: dict[int, list[str]] = {}
    top: dict[int, int] = {}
    known = {item.number: item for item in found.items}
    for item in found.items:
        parent = item.body.get("parent")
        top[item.number] = top.get(parent, item.number) if parent in known else item.number
        if top[item.number] == item.number:
            below[item.number] = []
        else:
            below[top[item.number]].append(item.body["label"])
    return [{"topic": known[number].body["label"], "subtopics": labels} for number, labels in below.items()]


def _parts(found: StudySet) -> dict[str, Any]:
    drawn = draw(found)
    nodes = drawn.by_number if drawn else {}
    relations = [
        f"{nodes[edge.start].label} → {nodes[edge.end].label}" + (f": {edge.label}" if edge.label else "")
        for edge in (drawn.whole_edges if drawn else ())
    ]
    for node in nodes.values():
        above = nodes.get(node.parent) if node.parent is not None else None
        if above is not None:
            relations.append(f"{above.label} → {node.label}")
    return {"components": [node.label for node in nodes.values()], "relationships": relations}
