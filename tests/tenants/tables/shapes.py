"""What is said of a page and of an operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.tenants.tables.roles import ALL, NOBODY, Roles


@dataclass(frozen=True)
class Page:
    """One page: who may read it, who may post to it, a form that works, the things in its path."""

    get: Roles = NOBODY
    post: Roles = NOBODY
    form: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    # Roles whom a rule of the product refuses (409) in the world as it stands.
    refused: Roles = NOBODY

    @property
    def roles(self) -> Roles:
        """Who comes in at all."""
        return self.get | self.post


@dataclass(frozen=True)
class Operation:
    """One method of one address of the interface: its scope, who may, a body that works, the things in its path."""

    scope: str
    roles: Roles
    body: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: Roles = NOBODY


def reads(scope: str = "leads:read", roles: Roles = ALL, **path: str) -> Operation:
    return Operation(scope, roles, path=path)
