"""The tables of the dashboards."""

from dashboards.models.rollups import Counted, Rollup, Slice

__all__ = ["Counted", "Rollup", "Slice"]
