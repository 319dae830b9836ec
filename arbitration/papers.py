"""What people take away: a ruling as a PDF, a sitting as a calendar file."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arbitration.models import Case, Citation, Precedent, Ruling, Sitting, SittingCase
from arbitration.queries.labels import labels_of
from arbitration.queries.records import rulings_of, statements_of
from arbitration.words import outcome_word
from leads.criteria import demand_text
from leads.queries.attributes import field_labels
from sla.words import side_label
from smarketing.lib.calendar_files import calendar_file
from smarketing.lib.papers import set_paper
from tenants.models import Membership, Organisation


def ruling_pdf(case: Case, *, organisation: Organisation) -> bytes | None:
    """Return the decision of a case with both claims as PDF/UA; None before it is decided."""
    told = paper_of(case, organisation)
    return set_paper("arbitration/ruling.typ", told) if told["rulings"] else None


def paper_of(case: Case, organisation: Organisation) -> dict[str, Any]:
    """Return what the paper says, in words: the ruling that holds comes first, those it corrects follow."""
    decisions = [ruling for ruling in rulings_of(case) if ruling.outcome != Ruling.Outcome.REMANDED]
    zone = ZoneInfo(organisation.zone)
    labels = labels_of([case.version_id])
    return {
        "language": (get_language() or "en")[:2],
        "title": _("Ruling in case %(number)s") % {"number": case.number},
        "organisation": organisation.name,
        "question": labels.question(case.version_id, case.rejection),
        "agreement": _("Agreement, version %(n)s") % {"n": case.version.number},
        "page": _("Page"),
        "of": _("of"),
        "rulings": [_decision(ruling, zone, holds=ruling == decisions[-1]) for ruling in reversed(decisions)],
        "claims_title": _("What the sides said"),
        "claims": _claims(case, zone),
        "hash_label": _("SHA-256 of the sealed evidence"),
        "hash": case.evidence_hash,
    }


def _decision(ruling: Ruling, zone: ZoneInfo, *, holds: bool) -> dict[str, Any]:
    precedent = Precedent.objects.filter(ruling=ruling).first()
    author = Membership.objects.get(pk=ruling.by_id)
    return {
        "outcome": outcome_word(ruling.outcome),
        "correction": _correction(ruling, holds=holds),
        "reasons": ruling.reasons,
        "holding_label": _("Holding"),
        "holding": precedent.holding if precedent else "",
        "about": _about(precedent),
        "cited": _cited(ruling),
        "signed": f"{author.name}, {author.title or author.role_label}",
        "when": format_date(ruling.at.astimezone(zone), "j F Y, H:i T"),
    }


def _correction(ruling: Ruling, *, holds: bool) -> str:
    """Say whether this ruling still holds, so that nobody takes the one below for the decision."""
    if not holds:
        return _("Corrected by the ruling above.")
    return _("This ruling corrects an earlier one.") if ruling.corrects_id else ""


def _about(precedent: Precedent | None) -> str:
    if precedent is None or not precedent.conditions:
        return ""
    labels = field_labels()
    facts = ", ".join(demand_text(condition, labels) for condition in precedent.conditions)
    return _("About leads with: %(facts)s") % {"facts": facts}


def _cited(ruling: Ruling) -> list[str]:
    rows = Citation.objects.filter(ruling=ruling).select_related("precedent__ruling__case")
    says = {"follows": _("Follows %(number)s: %(holding)s"), "departs": _("Departs from %(number)s: %(holding)s")}
    return [
        says[row.stance] % {"number": row.precedent.ruling.case.number, "holding": row.precedent.holding}
        for row in rows.defer("precedent__ruling__case__evidence")
    ]


def _claims(case: Case, zone: ZoneInfo) -> list[dict[str, str]]:
    said = [
        ("marketing", case.filed_by.name, case.grounds, case.filed_at),
        ("sales", case.rejection.by.name, case.rejection.note, case.rejection.at),
    ]
    names = dict(Membership.objects.values_list("pk", "name"))
    said += [(row.side, names.get(row.by_id, ""), row.text, row.at) for row in statements_of(case)]
    return [
        {"who": f"{side_label(side)}, {name}", "text": text, "when": format_date(at.astimezone(zone), "j F Y, H:i")}
        for side, name, text, at in sorted(said, key=lambda one: one[3])
        if text
    ]


def sitting_file(sitting: Sitting, *, url: str) -> HttpResponse:
    """Return the answer that carries a sitting into a calendar."""
    rows = SittingCase.objects.filter(sitting=sitting).select_related("case").defer("case__evidence")
    content = calendar_file(
        uid=f"sitting-{sitting.pk}",
        title=_("Sitting of the board"),
        starts_at=sitting.starts_at,
        minutes_for=sitting.minutes_for,
        place=sitting.place,
        lines=[", ".join(row.case.number for row in rows.order_by("position", "pk"))],
        url=url,
        revision=sitting.revision,
        changed_at=sitting.updated_at,
        cancelled=sitting.state == Sitting.State.CANCELLED,
    )
    return download(content, "text/calendar; charset=utf-8", f"sitting-{sitting.starts_at:%Y-%m-%d}.ics")


def download(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Return the answer that makes a browser keep a file."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
