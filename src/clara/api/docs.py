"""The page of the OpenAPI document: one HTML file from the server, without script, style sheet or anything fetched."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from clara.api.policy import public
from clara.api.routes import router

Schema = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; }
nav ul { columns: 24rem; padding: 0; list-style: none; }
nav a { text-decoration: none; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .9rem; margin: .5rem 0; }
caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-top: 1px solid var(--line); }
th { font-weight: 400; }
code { font: .9em ui-monospace, monospace; }
.method { display: inline-block; width: 4.5rem; font-weight: 700; }
.note { opacity: .75; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
_BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxItems": "at most {} items",
}


def docs_router() -> APIRouter:
    """Return the route of the page, which is made when it is first asked for."""
    routes = router("service")
    made: dict[str, str] = {}

    @routes.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    @public()
    async def get_docs(request: Request) -> HTMLResponse:
        if "page" not in made:
            made["page"] = render(request.app.openapi())
        return HTMLResponse(made["page"], headers=_HEADERS)

    return routes


def render(document: Schema) -> str:
    """Return the page of an OpenAPI document."""
    operations: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            operations.setdefault(tag, []).append(_operation(method, path, operation))
            anchor = f'<a href="#{_attribute(operation["operationId"])}">{_name(method, path)}</a>'
            links.setdefault(tag, []).append(f"<li>{anchor}</li>")
    info = document["info"]
    body = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{_text(info['description'])}</p>",
        '<p>This page as data: <a href="/openapi.json">/openapi.json</a>.</p>',
        *(f"<nav><h2>{_title(tag)}</h2><ul>{''.join(items)}</ul></nav>" for tag, items in links.items()),
        *(f"<section><h2>{_title(tag)}</h2>{''.join(items)}</section>" for tag, items in operations.items()),
        "<section><h2>Schemas</h2>",
        *(_schema(name, schema) for name, schema in document["components"]["schemas"].items()),
        "</section>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}: the API</title><style>{_STYLE}</style><main>{''.join(body)}</main></html>\n"
    )


def _operation(method: str, path: str, operation: Schema) -> str:
    text = operation.get("description") or operation.get("summary", "")
    parts = [f'<article id="{_attribute(operation["operationId"])}"><h3>{_name(method, path)}</h3>', _prose(text)]
    if not operation.get("security"):
        parts.append('<p class="note">Needs no caller.</p>')
    if parameters := operation.get("parameters"):
        rows = (
            _row(p["name"], p["schema"], p.get("required", False), p.get("description"), p["in"]) for p in parameters
        )
        parts.append(_table("Parameters", rows))
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(_body(media_type, content.get("schema", {})))
    answers = sorted(operation["responses"].items())
    good = (_answer(status, answer) for status, answer in answers if status < "400")
    problems = (f"{status} {escape(answer['description'])}" for status, answer in answers if status >= "400")
    parts.append(_table("Answers", good))
    parts.append(f'<p class="note">Problems: {" · ".join(problems)}.</p>')
    return "".join(parts) + "</article>"


def _body(media_type: str, schema: Schema) -> str:
    name = f"Body <code>{escape(media_type)}</code>"
    return _table(name, _fields(schema)) if "properties" in schema else f"<p><b>{name}</b> {_type(schema)}</p>"


def _answer(status: str, answer: Schema) -> str:
    kinds = [
        f"<code>{escape(media_type)}</code> {_type(content.get('schema', {}))}"
        for media_type, content in answer.get("content", {}).items()
    ]
    text = _text(answer["description"].replace("Successful Response", ""))
    return f"<tr><th>{escape(status)}</th><td>{'<br>'.join(kinds)}</td><td>{text}</td></tr>"


def _schema(name: str, schema: Schema) -> str:
    content = _table("", _fields(schema)) if "properties" in schema else f"<p>{_type(schema)}</p>"
    prose = _prose(schema.get("description", ""))
    return f'<article id="schema-{_attribute(name)}"><h3>{escape(name)}</h3>{prose}{content}</article>'


def _fields(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _row(name, field, name in required, field.get("description"))


def _row(name: str, schema: Schema, required: bool, description: str | None, place: str = "") -> str:
    notes = [_text(description.rstrip("."))] if description else []
    notes += [escape(text.format(schema[bound])) for bound, text in _BOUNDS.items() if bound in schema]
    if schema.get("default") is not None:
        notes.append(f"default <code>{escape(str(schema['default']))}</code>")
    where = f' <span class="note">{escape(place)}</span>' if place else ""
    mark = "" if required else ' <span class="note">optional</span>'
    return (
        f"<tr><th><code>{escape(name)}</code>{where}{mark}</th><td>{_type(schema)}</td><td>{'; '.join(notes)}</td></tr>"
    )


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f'<a href="#schema-{_attribute(name)}">{escape(name)}</a>'
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(_type(option) for option in schema[several])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        items = schema.get("prefixItems") or [schema.get("items", {})]
        return f"list of {', '.join(_type(item) for item in items)}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_type(schema['additionalProperties'])}"
    return escape(schema.get("format") or schema.get("type") or "")


def _table(caption: str, rows: Iterable[str]) -> str:
    return f"<table>{f'<caption>{caption}</caption>' if caption else ''}{''.join(rows)}</table>"


def _prose(text: str) -> str:
    return f"<p>{_text(text)}</p>" if text else ""


def _text(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _name(method: str, path: str) -> str:
    return f'<span class="method">{method.upper()}</span> <code>{escape(path)}</code>'


def _title(tag: str) -> str:
    return escape(tag[:1].upper() + tag[1:])


def _attribute(text: str) -> str:
    return escape(text, quote=True)
