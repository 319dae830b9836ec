"""The reference page: the OpenAPI document to read, search and copy from; no script needed, no outside host asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from smarketing.lib.openapi.components import PLACE
from smarketing.lib.openapi.refusals import Problem, problems
from smarketing.schema import document


@dataclass(frozen=True)
class Line:
    """A field, a parameter or an answer: its name, what it is (a link leads to ``shape``), and a word on it."""

    name: str
    kind: str = ""
    shape: str = ""
    note: str = ""
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Line]
    body: Line | None
    curl: str
    answers: list[Line]
    example: str


@dataclass(frozen=True)
class Section:
    """The operations on one thing, or the shapes that they speak of."""

    name: str
    text: str
    operations: list[Operation]


@dataclass(frozen=True)
class Shape:
    """One named shape and its fields."""

    name: str
    text: str
    fields: list[Line]


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation and shape; ``?q=`` only the operations that have all these words."""
    asked = request.GET.get("q", "").strip()[:200]
    listing = _listing() if not asked else _render(found(asked))
    return HttpResponse(render_to_string("reference.html", {"q": asked, "listing": listing, "tags": sections()}))


@require_GET
def problem(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Lead from the address that a refusal names as its type to what the page says of it."""
    if code not in {one.code for one in problems()}:
        raise Http404
    return HttpResponseRedirect(f"{reverse('api:reference')}#problem-{code}")


# Pages outside the tenants' middleware need no transaction either.
reference.manages_scopes = True  # type: ignore[attr-defined]  # read by ScopeMiddleware
problem.manages_scopes = True  # type: ignore[attr-defined]  # read by ScopeMiddleware


@cache
def _listing() -> SafeString:
    return _render(sections(), shapes(), problems())


def _render(shown: list[Section], named: Sequence[Shape] = (), refused: Sequence[Problem] = ()) -> SafeString:
    context = {"sections": shown, "shapes": named, "problems": refused}
    # Already escaped by the template it comes from.
    return mark_safe(render_to_string("_reference.html", context))  # noqa: S308 -- a template has escaped it


def found(words: str) -> list[Section]:
    """Return the sections with the operations that have all the words in their path or summary."""
    wanted = words.lower().split()
    kept = [
        Section(one.name, one.text, [told for told in one.operations if all(word in _said(told) for word in wanted)])
        for one in sections()
    ]
    return [one for one in kept if one.operations]


def _said(told: Operation) -> str:
    return f"{told.method} {told.path} {told.summary} {told.id}".lower()


@cache
def _document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(document())
    return read


@cache
def sections() -> list[Section]:
    """Return all operations by what they are about, in the document's order."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in _document()["tags"]}
    for path, item in _document()["paths"].items():
        for method, told in item.items():
            by_tag[told["tags"][0]].append(_operation(path, method, told))
    texts = {tag["name"]: tag["description"] for tag in _document()["tags"]}
    return [Section(name, texts[name], operations) for name, operations in by_tag.items() if operations]


@cache
def shapes() -> list[Shape]:
    """Return every named shape with its fields."""
    named = _document()["components"]["schemas"]
    return [Shape(name, _sentence(schema), _fields(schema)) for name, schema in named.items()]


def _operation(path: str, method: str, told: Mapping[str, Any]) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    good = next(response for status, response in told["responses"].items() if status < "300")
    example = good.get("content", {}).get("application/json", {}).get("example")
    kind, shape = _kind(body.get("schema", {}))
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        text=told.get("description", "").replace("`", ""),
        parameters=[_parameter(one) for one in told.get("parameters", ())],
        body=Line("", kind, shape, required=bool(told["requestBody"].get("required"))) if body else None,
        curl=_curl(path, method, told),
        answers=[_answer(status, response) for status, response in told["responses"].items()],
        example=json.dumps(example, indent=2, ensure_ascii=False) if example is not None else "",
    )


def _parameter(told: Mapping[str, Any]) -> Line:
    kind, shape = _kind(told["schema"])
    note = told.get("description", "")
    return Line(told["name"], f"{kind}, {told['in']}", shape, note, bool(told.get("required")))


def _answer(status: str, told: Mapping[str, Any]) -> Line:
    if "$ref" in told:
        told = _document()["components"]["responses"][told["$ref"].rpartition("/")[2]]
    contents: Mapping[str, Any] = told.get("content", {})
    content: Mapping[str, Any] = next(iter(contents.values()), {})
    schema = content.get("schema", {})
    kind, shape = _kind(schema) if "application/json" in contents else (next(iter(contents), ""), "")
    return Line(status, kind, shape, told.get("description", ""))


def _fields(schema: Mapping[str, Any]) -> list[Line]:
    wanted = schema.get("required", ())
    return [
        Line(name, *_kind(part), note=_sentence(part), required=name in wanted)
        for name, part in schema.get("properties", {}).items()
    ]


def _sentence(schema: Mapping[str, Any]) -> str:
    told = str(schema.get("description", ""))
    if "enum" in schema:
        told = f"{told} One of {', '.join(str(value) or '“”' for value in schema['enum'])}.".strip()
    if "pattern" in schema:
        told = f"{told} Spelled as {schema['pattern']}.".strip()
    return told


def _kind(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a value is in words, and the shape that its link leads to ("" for none)."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(PLACE)
        return name, name
    if "anyOf" in schema:
        parts = [_kind(part) for part in schema["anyOf"]]
        return " or ".join(text for text, _shape in parts), next((shape for _text, shape in parts if shape), "")
    if schema.get("type") == "array":
        text, shape = _kind(schema.get("items") or {})
        return f"list of {text}", shape
    if isinstance(schema.get("additionalProperties"), Mapping):
        text, shape = _kind(schema["additionalProperties"])
        return f"names with {text}", shape
    kinds = schema.get("type", "anything")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return (f"{words} ({schema['format']})" if "format" in schema else words), ""


def _curl(path: str, method: str, told: Mapping[str, Any]) -> str:
    parameters = told.get("parameters", ())
    for one in parameters:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(one["example"]))
    lines = [f'curl -X {method.upper()} "{settings.BASE_URL}{path}"']
    if told.get("security"):
        lines.append('-H "Authorization: Bearer $SMARKETING_KEY"')
    lines += [f"-H '{one['name']}: {one['example']}'" for one in parameters if one["in"] == "header"]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    if body is not None:
        text = json.dumps(body, ensure_ascii=False).replace("'", "’")
        lines += ["-H 'Content-Type: application/json'", f"-d '{text}'"]
    return " \\\n  ".join(lines)
