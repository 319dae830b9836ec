"""What a refusal looks like, everywhere: a stable code and a sentence fit for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


class DomainError(Exception):
    """A rule of the product refuses; pages show it with 409, the API as problem+json.

    Subclasses set ``code`` (stable, snake case) and say the sentence; ``extra`` holds facts for clients.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, sentence: str, **extra: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.extra: Mapping[str, Any] = extra


class Forbidden(DomainError):
    """The member is known, but the role does not allow this."""

    code = "forbidden"
    status = 403


@dataclass(frozen=True)
class FieldError:
    """One wrong field: JSON pointer, stable code, sentence."""

    pointer: str
    code: str
    detail: str


@dataclass
class InvalidInput(Exception):
    """The input cannot be read as what it should be; every wrong field is named (422)."""

    errors: Sequence[FieldError] = field(default_factory=list)
    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422
