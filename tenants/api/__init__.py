"""Members' matters for REST clients."""

from tenants.api.jobs import OneJob

__all__ = ["OneJob"]
