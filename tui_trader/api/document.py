"""The OpenAPI document, put together from the endpoint table; the schemas are pydantic's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from tui_trader import __version__
from tui_trader.api.endpoint import Endpoint
from tui_trader.contract import PREFIX
from tui_trader.contract.base import Failure

REF = "#/components/schemas/{model}"


def openapi(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the document (OpenAPI 3.1)."""
    table = tuple(endpoints)
    wanted: list[tuple[tuple[str, str], JsonSchemaMode, TypeAdapter[Any]]] = []
    for index, endpoint in enumerate(table):
        if endpoint.answer is not None:
            wanted.append(((str(index), "answer"), "serialization", TypeAdapter(endpoint.answer)))
        if endpoint.question is not None:
            wanted.append(((str(index), "question"), "validation", TypeAdapter(endpoint.question)))
    wanted.append((("failure", "answer"), "serialization", TypeAdapter(Failure)))
    schemas, definitions = TypeAdapter.json_schemas(wanted, ref_template=REF)
    found = {key: schema for (key, _), schema in schemas.items()}
    paths: dict[str, dict[str, Any]] = {}
    for index, endpoint in enumerate(table):
        operation = _operation(
            endpoint, found.get((str(index), "question")), found.get((str(index), "answer")), found["failure", "answer"]
        )
        paths.setdefault(PREFIX + endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "tui-trader desk", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(
    endpoint: Endpoint, question: dict[str, Any] | None, answer: dict[str, Any] | None, refusal: dict[str, Any]
) -> dict[str, Any]:
    """Describe one route."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ] + [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in endpoint.query.items()
    ]
    success: dict[str, Any] = {"description": "success"}
    if answer is not None:
        envelope = {
            "type": "object",
            "properties": {"status": {"const": "success"}, "data": answer},
            "required": ["status", "data"],
        }
        success["content"] = {"application/json": {"schema": envelope}}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": f"{endpoint.method.lower()}{re.sub(r'[^a-z]+', '_', endpoint.path)}",
        "parameters": parameters,
        "responses": {
            str(endpoint.status): success,
            "default": {"description": "refused", "content": {"application/json": {"schema": refusal}}},
        },
    }
    if question is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": question}}}
    return operation
