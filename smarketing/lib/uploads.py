"""Which views read more than others: forms that take files."""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])


def takes_uploads(limit: int) -> Callable[[V], V]:
    """Let a view's form with files be this large; put it below the decorators that wrap (BodyLimitMiddleware)."""

    def mark(view: V) -> V:
        view.max_upload_bytes = limit  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark
