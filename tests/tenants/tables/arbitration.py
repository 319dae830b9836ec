"""Pages and operations of arbitration: cases and rulings."""

from tenants.roles import Role
from tests.tenants.tables.bodies import of_handover
from tests.tenants.tables.roles import ALL, BENCH, CHAIR, HEADS, MARKETING, SIDES
from tests.tenants.tables.shapes import Operation, Page, reads


def _case(kind: str = "{case}") -> dict[str, str]:
    return {"case_id": kind}


CASE_FILE = {"case_id": "{filed_case}", "file_id": "{case_file}"}
RULING = {"outcome": "upheld", "reasons": "The criterion is not met.", "precedent_stance": "none"}
CORRECTION = {"outcome": "upheld", "reasons": "The register says 12.", "precedent_stance": "none"}
RULED = {
    "outcome": "upheld", "reasons": "Too small.", "stance_{precedent}": "follows", "stance_{other_precedent}": "none",
}  # fmt: skip
CORRECTED = {"outcome": "upheld", "reasons": "The register says 12.", "stance_{precedent}": "none"}
AMENDMENT = {"precedents": ["{precedent}"], "value": [60, 2000]}
VOTE = {"choice": "upheld", "reasons": "The register says 12."}

PAGES: dict[str, Page] = {
    "arbitration:docket": Page(ALL),
    "arbitration:case": Page(ALL, path=_case()),
    "arbitration:statement": Page(post=SIDES, form={"text": "We did call."}, path=_case()),
    "arbitration:rule": Page(post=CHAIR, form=RULED, path=_case()),
    "arbitration:withdraw": Page(post=MARKETING, path=_case()),
    "arbitration:correct": Page(post=CHAIR, form=CORRECTED, path=_case("{ruled_case}")),
    "arbitration:vote": Page(post=ALL, form=VOTE, path=_case(), refused=ALL - BENCH),
    "arbitration:note": Page(post=ALL, form={"text": "Both sides were heard."}, path=_case(), refused=ALL - BENCH),
    "arbitration:recuse": Page(post=ALL, form={"reason": "My brother works there."}, path=_case(), refused=ALL - BENCH),
    "arbitration:case_files": Page(
        post=ALL, form={"text": "It came back."}, path=_case("{filed_case}"), refused=ALL - SIDES - CHAIR
    ),
    "arbitration:case_file": Page(ALL, path=CASE_FILE),
    "arbitration:case_file_withdraw": Page(
        post=ALL, path=CASE_FILE, refused=ALL - {Role.MARKETER}
    ),
    "arbitration:move": Page(post=CHAIR, form={"stage": "evidence"}, path=_case("{filed_case}")),
    "arbitration:amend": Page(
        HEADS, HEADS,
        {"operator": "between", "value": "60, 2000", "points": "20", "precedent": ["{precedent}"], "do": "draft"},
        {"precedent_id": "{precedent}"},
    ),
    "arbitration:ruling_paper": Page(ALL, path=_case("{ruled_case}")),
    "arbitration:figures": Page(ALL),
    "arbitration:sittings": Page(ALL, CHAIR, {"starts_at": "2026-04-01T10:00", "minutes_for": "60", "order": "oldest"}),
    "arbitration:sitting": Page(ALL, CHAIR, {"minutes": "All heard.", "revision": "1"}, {"sitting_id": "{sitting}"}),
    "arbitration:sitting_act": Page(post=CHAIR, form={"do": "held"}, path={"sitting_id": "{sitting}"}),
    "arbitration:sitting_room": Page(ALL, path={"sitting_id": "{sitting}"}),
    "arbitration:sitting_calendar": Page(ALL, path={"sitting_id": "{sitting}"}),
    "arbitration:board": Page(ALL, CHAIR, {"member": "{member}", "kind": "member"}),
    "arbitration:seat_end": Page(post=CHAIR, path={"seat_id": "{seat}"}),
    "arbitration:appeal": Page(MARKETING, MARKETING, {"claim": "It fits."}, of_handover("{returned}")),
    "arbitration:rulings": Page(ALL),
    "arbitration:rulings_on": Page(ALL),
}  # fmt: skip

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("handover_appeal", "POST"): Operation(
        "cases:write", MARKETING, {"grounds": "It fits."}, {"handover_id": "{returned}"}
    ),
    ("cases", "GET"): reads(),
    ("case", "GET"): reads(case_id="{case}"),
    ("case_statements", "POST"): Operation("cases:write", SIDES, {"text": "We did call."}, {"case_id": "{case}"}),
    ("case_ruling", "POST"): Operation("cases:write", CHAIR, RULING, {"case_id": "{case}"}),
    ("case_withdrawal", "POST"): Operation("cases:write", MARKETING, path={"case_id": "{case}"}),
    ("case_correction", "POST"): Operation("cases:write", CHAIR, CORRECTION, {"case_id": "{ruled_case}"}),
    ("case_votes", "GET"): reads(case_id="{case}"),
    ("case_votes", "POST"): Operation("cases:write", ALL, VOTE, _case(), refused=ALL - BENCH),
    ("case_notes", "GET"): reads(case_id="{case}"),
    ("case_notes", "POST"): Operation("cases:write", ALL, {"text": "All heard."}, _case(), refused=ALL - BENCH),
    ("case_recusals", "GET"): reads(case_id="{case}"),
    ("case_recusals", "POST"): Operation("cases:write", ALL, {"reason": "A friend."}, _case(), refused=ALL - BENCH),
    ("case_stage", "POST"): Operation(
        "cases:write", ALL, {"stage": "evidence"}, {"case_id": "{filed_case}"}, refused=ALL - CHAIR
    ),
    ("case_files", "GET"): reads(case_id="{filed_case}"),
    ("case_files", "POST"): Operation(
        "cases:write",
        ALL,
        {"name": "register.txt", "file": "VHdlbHZl"},
        _case("{filed_case}"),
        refused=ALL - SIDES - CHAIR,
    ),
    ("case_file", "GET"): reads(**CASE_FILE),
    ("case_file", "DELETE"): Operation("cases:write", ALL, path=CASE_FILE, refused=ALL - {Role.MARKETER}),
    ("case_file_content", "GET"): reads(**CASE_FILE),
    ("case_ruling_paper", "GET"): reads(case_id="{ruled_case}"),
    ("board_figures", "GET"): reads("reports:read"),
    ("sittings", "GET"): reads(),
    ("sittings", "POST"): Operation("cases:write", CHAIR, {"starts_at": "2026-04-01T10:00:00Z"}),
    ("sitting", "GET"): reads(sitting_id="{sitting}"),
    ("sitting", "PATCH"): Operation(
        "cases:write", CHAIR, {"minutes": "All heard."}, {"sitting_id": "{sitting}"}, headers={"If-Match": "*"}
    ),
    ("sitting_docket", "POST"): Operation(
        "cases:write", CHAIR, {"case": "{case}", "do": "down"}, {"sitting_id": "{sitting}"}
    ),
    ("sitting_end", "POST"): Operation("cases:write", CHAIR, {"state": "held"}, {"sitting_id": "{sitting}"}),
    ("sitting_calendar", "GET"): reads(sitting_id="{sitting}"),
    ("amendments", "GET"): reads("sla:read"),
    ("amendments", "POST"): Operation("sla:write", HEADS, AMENDMENT),
    ("amendment_preview", "POST"): Operation("sla:write", HEADS, AMENDMENT),
    ("amendment_preview", "GET"): reads("sla:read", HEADS),
    ("board_seats", "GET"): reads(),
    ("board_seats", "POST"): Operation("cases:write", CHAIR, {"member": "{member}", "kind": "member"}),
    ("board_seat", "DELETE"): Operation("cases:write", CHAIR, path={"seat_id": "{seat}"}),
    ("precedents", "GET"): reads(),
    ("precedent", "GET"): reads(precedent_id="{precedent}"),
    ("rulings", "GET"): reads(),
    ("rulings_similar", "GET"): reads(),
}
