"""The page at /docs: the OpenAPI description as plain HTML, without a script and offline."""

import json
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2330;background:#fff}code,pre{font:14px/1.45 ui-monospace,monospace}"
    "pre{background:#f3f5f8;padding:.75rem;overflow:auto;border-radius:6px}"
    "section{border-top:1px solid #d5dae3;margin-top:1.5rem}table{border-collapse:collapse}"
    "td{padding:.15rem .75rem .15rem 0;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14181f}"
    "pre{background:#1e242e}section{border-color:#333b48}a{color:#8ab4ff}}"
)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Show every route with examples."""
    return HTMLResponse(render(request.app.openapi()), headers=_HEADERS)


def render(openapi: dict[str, Any]) -> str:
    """Return an OpenAPI description as an HTML page."""
    info = openapi["info"]
    routes = "".join(
        _render_route(openapi, method, path, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p>The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>'
        f"{routes}</body></html>"
    )


def _render_route(openapi: dict[str, Any], method: str, path: str, route: dict[str, Any]) -> str:
    security = " or ".join(name for entry in route.get("security", []) for name in entry)
    parts = [
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>",
        f"<p>{escape(route.get('description', ''))}</p>",
        f"<p>Authorization: {escape(security)}</p>" if security else "",
    ]
    body = route.get("requestBody")
    if body:
        parts.append("<h3>Body</h3>" + _render_content(openapi, body["content"], fields=True))
    parts.append("<h3>Answers</h3>")
    problems = []
    for status, answer in sorted(route["responses"].items()):
        if "application/problem+json" in answer.get("content", {}):
            text = escape(answer["description"])
            problems.append(f"<tr><td><code>{status}</code></td><td>{text}</td></tr>")
        else:
            parts.append(f"<p><code>{status}</code></p>")
            parts.append(_render_content(openapi, answer.get("content", {}), fields=False))
    if problems:
        parts.append("<p>Problems (problem+json):</p><table>" + "".join(problems) + "</table>")
    return "".join([*parts, "</section>"])


def _render_content(openapi: dict[str, Any], content: dict[str, Any], *, fields: bool) -> str:
    schema = _find_schema(openapi, content.get("application/json", {}).get("schema", {}))
    parts = []
    if fields:
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td>"
            f"<td>{escape(field.get('description', ''))}</td></tr>"
            for name, field in schema.get("properties", {}).items()
        )
        parts.append(f"<table>{rows}</table>")
    if "example" in schema:
        parts.append(f"<pre>{escape(json.dumps(schema['example'], indent=2))}</pre>")
    return "".join(parts)


def _find_schema(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and take the first choice that is not null."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _find_schema(openapi, choice)
    reference = schema.get("$ref")
    if reference:
        found = openapi["components"]["schemas"][reference.rpartition("/")[2]]
        return found if isinstance(found, dict) else {}
    return schema
