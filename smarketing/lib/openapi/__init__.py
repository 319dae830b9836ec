"""What an operation looks like in the served OpenAPI document: said once, beside its handler."""

from smarketing.lib.openapi.operations import Told, operation, spoken_types
from smarketing.lib.openapi.shapes import FREE_FORM, Amount, AnyValue, FreeForm, Moment, MonthText, Page

__all__ = [
    "FREE_FORM",
    "Amount",
    "AnyValue",
    "FreeForm",
    "Moment",
    "MonthText",
    "Page",
    "Told",
    "operation",
    "spoken_types",
]
