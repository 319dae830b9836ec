"""Reading cases, rulings and the board."""

from arbitration.queries.board import case_parties, chair, eligible_to_rule, seat_of
from arbitration.queries.case import CaseDetail, case_detail
from arbitration.queries.docket import Docket, docket, version_of_docket
from arbitration.queries.rulings import RulingFilter, ruling_rows
from arbitration.queries.similar import RulingOn, rulings_on, suggested_precedents, tally_on

__all__ = [
    "CaseDetail",
    "Docket",
    "RulingFilter",
    "RulingOn",
    "case_detail",
    "case_parties",
    "chair",
    "docket",
    "eligible_to_rule",
    "ruling_rows",
    "rulings_on",
    "seat_of",
    "suggested_precedents",
    "tally_on",
    "version_of_docket",
]
