"""What came of the money that marketing spent (pure)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Return:
    """Booked cost and what is attributed to it; figures by cost are None where nothing is booked."""

    cost: Decimal = Decimal(0)
    mqls: int = 0
    sqls: int = 0
    customers: int = 0
    pipeline: Decimal = Decimal(0)
    won: Decimal = Decimal(0)

    def __add__(self, other: "Return") -> "Return":
        """Return both together."""
        return Return(*(getattr(self, name) + getattr(other, name) for name in vars(self)))

    def _each(self, count: int) -> Decimal | None:
        # Credit notes can outweigh what was booked: then nothing was spent.
        return self.cost / count if count and self.cost > 0 else None

    @property
    def cost_per_mql(self) -> Decimal | None:
        """Booked cost for each handover."""
        return self._each(self.mqls)

    @property
    def cost_per_sql(self) -> Decimal | None:
        """Booked cost for each handover that sales qualified."""
        return self._each(self.sqls)

    @property
    def cost_per_customer(self) -> Decimal | None:
        """Booked cost for each purchase."""
        return self._each(self.customers)

    @property
    def roi(self) -> Decimal | None:
        """(won - cost) / cost, in percent."""
        return (self.won - self.cost) * 100 / self.cost if self.cost > 0 else None

    @property
    def pipeline_per_euro(self) -> Decimal | None:
        """Opportunity amount for each unit of cost."""
        return self.pipeline / self.cost if self.cost > 0 else None

    def is_below(self, floor: Decimal | None) -> bool:
        """Tell whether the pipeline for each euro falls short of what was agreed."""
        ratio = self.pipeline_per_euro
        return floor is not None and ratio is not None and ratio < floor
