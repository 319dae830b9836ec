"""The furnished world of the tests of tenancy, for what is asked of every page and operation."""

from tests.tenants.conftest import later, world

__all__ = ["later", "world"]
