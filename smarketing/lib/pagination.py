"""Paging: by cursor for clients, by number for people; neither costs more than it shows, however much there is."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.paginator import Paginator
from django.db import models
from django.utils.functional import cached_property
from rest_framework.request import Request

from smarketing.lib.errors import FieldError, InvalidInput

M = TypeVar("M", bound=models.Model)

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


def page(request: Request, rows: "models.QuerySet[M]", serialise: Callable[[M], Mapping[str, Any]]) -> dict[str, Any]:
    """Return {"results", "next"}: newest first by id (uuidv7 is time-ordered), ``?limit=`` up to 200.

    Raises InvalidInput for a wrong limit or a cursor that we did not give.
    """
    limit, before = _limit(request), _before(request)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    has_more = len(found) > limit
    found = found[:limit]
    return {
        "results": [serialise(row) for row in found],
        "next": _link(request, found[-1].pk) if has_more else None,
    }


def page_together(
    request: Request, rows: "models.QuerySet[M]", serialise: Callable[[list[M]], list[Mapping[str, Any]]]
) -> dict[str, Any]:
    """Return a page whose rows are read together, so that it costs as many queries as one row."""
    found: list[M] = []

    def keep(row: M) -> Mapping[str, Any]:
        found.append(row)
        return {}

    told = page(request, rows, keep)
    return {**told, "results": serialise(found)}


def whole(results: Iterable[Any]) -> dict[str, Any]:
    """Return a list that is short by its nature in the shape of a page: there is no next one."""
    return {"results": list(results), "next": None}


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9 or not 1 <= int(raw) <= MAX_LIMIT:
        raise InvalidInput([FieldError("/limit", "out_of_range", f"A whole number from 1 to {MAX_LIMIT}.")])
    return int(raw)


def _before(request: Request) -> UUID | None:
    raw = request.query_params.get("cursor")
    if not raw:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(raw.encode() + b"=="))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput([FieldError("/cursor", "unknown", "Use the cursor that a list gave you.")]) from error


def _link(request: Request, last: UUID) -> str:
    query = request.query_params.copy()
    query["cursor"] = base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


# As far as numbered pages go; what lies beyond is found by a filter, not by turning pages.
MOST_ROWS = 10_000


class CappedPaginator(Paginator, Generic[M]):  # type: ignore[type-arg]  # generic in the stubs only
    """Numbered pages over the first rows of a long list; counts no further than it pages.

    ``most`` is how many are paged, where that is not as usual; a list that was read already holds at most one more.
    """

    def __init__(self, rows: "models.QuerySet[M, Any] | list[Any]", per_page: int, *, most: int = 0) -> None:
        super().__init__(rows, per_page)
        self.most = most or MOST_ROWS

    @cached_property
    def counted(self) -> int:
        """Return how many rows there are, at most one more than is paged."""
        if isinstance(self.object_list, list):
            return len(self.object_list)
        rows: models.QuerySet[M] = self.object_list.order_by()  # type: ignore[attr-defined]  # given a QuerySet
        return rows.values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        """Return how many rows the pages hold."""
        return min(self.counted, self.most)

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more rows than pages show."""
        return self.counted > self.most
