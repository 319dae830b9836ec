"""Whether what an agreement asks of a lead tells what becomes of it (pure): shares with and without, and the lift."""

from dataclasses import dataclass
from math import sqrt

from dashboards.formulas import Interval, Share, wilson

PREDICTS, SAYS_NOTHING, AGAINST, TOO_FEW = "predicts", "says_nothing", "against", "too_few"


def newcombe(one: Share, other: Share) -> Interval | None:
    """The 95 % interval of a difference of two shares, in percentage points; None of nothing.

    R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven
    methods, Statistics in Medicine 17 (1998), method 10: both shares' score intervals (Wilson), joined. It holds for
    small groups and for shares near 0 and 100 %, where the textbook's interval leaves the range of what can be.
    """
    first, second = wilson(one.numerator, one.denominator), wilson(other.numerator, other.denominator)
    if first is None or second is None or one.percent is None or other.percent is None:
        return None
    difference = one.percent - other.percent
    return Interval(
        difference - sqrt((one.percent - first.low) ** 2 + (second.high - other.percent) ** 2),
        difference + sqrt((first.high - one.percent) ** 2 + (other.percent - second.low) ** 2),
    )


@dataclass(frozen=True)
class Effect:
    """A share of the leads with a criterion beside the same share of those without; ``least`` of each to say it."""

    having: Share
    lacking: Share
    least: int

    @property
    def difference(self) -> float | None:
        """With minus without, in percentage points."""
        if self.having.percent is None or self.lacking.percent is None:
            return None
        return self.having.percent - self.lacking.percent

    @property
    def interval(self) -> Interval | None:
        """Where the difference lies with 95 % confidence."""
        return newcombe(self.having, self.lacking)

    @property
    def lift(self) -> float | None:
        """How many times as often it happened with the criterion; None where it never did without."""
        if not self.having.percent or not self.lacking.percent:
            return None if not self.lacking.percent else 0.0 if self.having.denominator else None
        return self.having.percent / self.lacking.percent

    @property
    def verdict(self) -> str:
        """PREDICTS or AGAINST where the interval leaves out zero, SAYS_NOTHING where not, TOO_FEW below the floor."""
        interval = self.interval
        if interval is None or min(self.having.denominator, self.lacking.denominator) < self.least:
            return TOO_FEW
        if interval.low > 0:
            return PREDICTS
        return AGAINST if interval.high < 0 else SAYS_NOTHING


def is_useless(acceptance: Effect, purchase: Effect) -> bool:
    """Tell whether enough leads say that a criterion tells neither acceptance nor purchase."""
    return not {acceptance.verdict, purchase.verdict} & {TOO_FEW, PREDICTS}
