"""One fault in content that a person or a client wrote."""

from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation; the layer that shows it translates it."""
    return text


@dataclass(frozen=True)
class Problem:
    """Where it is (a JSON pointer), its stable code, and a sentence with its values.

    The sentence stays a template so that a form can translate it before filling
    it in: `gettext(problem.template) % problem.values`.
    """

    pointer: str
    code: str
    template: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.template % self.values

    def under(self, prefix: str) -> "Problem":
        """The same fault, seen from the content that contains this one."""
        return Problem(prefix + self.pointer, self.code, self.template, self.values)
