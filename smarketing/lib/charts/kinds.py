"""What the geometry is told in."""

from decimal import Decimal

Number = int | float | Decimal
Point = tuple[float, float]
# Width and height.
Box = tuple[float, float]
