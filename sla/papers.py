"""A version of the agreement as a PDF: every term in words, who does what, the signatures, the hash.

The same version gives the same bytes, whoever asks and whenever: nothing of the present goes in, no font
of the machine is used, and the document names no date of its own.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sla import words
from sla.content import PARTIES
from sla.models import AgreementVersion
from sla.queries.agreement_page import AgreementView, agreement_view
from sla.queries.clauses import SECTIONS, clauses_of, section_label
from smarketing.lib.papers import set_paper
from tenants.models import Organisation

# The chart is printed as a table of its own.
_IN_CLAUSES = tuple(name for name in SECTIONS if name != "responsibilities")


def agreement_pdf(version: AgreementVersion, *, organisation: Organisation, at: datetime) -> bytes:
    """Return the version as PDF/UA."""
    view = agreement_view(version, at=at, zone=organisation.zone)
    return set_paper("sla/agreement.typ", _paper(version, view, organisation))


def _paper(version: AgreementVersion, view: AgreementView, organisation: Organisation) -> dict[str, Any]:
    return {
        "language": (get_language() or "en")[:2],
        "title": _("Agreement between marketing and sales"),
        "organisation": organisation.name,
        "version": _("Version %(number)s") % {"number": version.number},
        "force": _force(version, organisation.zone),
        "page": _("Page"),
        "of": _("of"),
        "sections": _sections(version),
        "chart": _chart(view),
        "signatures": _signatures(view, organisation.zone),
        "hash_label": _("SHA-256 of the canonical content"),
        "hash": version.content_hash or _("none yet: this version is a draft"),
    }


def _sections(version: AgreementVersion) -> list[dict[str, Any]]:
    clauses = clauses_of(version.labelled_content)
    return [
        {
            "title": section_label(name),
            "clauses": [{"label": line.label, "text": line.text} for line in clauses if line.section == name],
        }
        for name in _IN_CLAUSES
    ]


def _chart(view: AgreementView) -> dict[str, Any]:
    head = [_("Stage"), _("Task"), *(words.side_label(party) for party in PARTIES)]
    return {
        "title": section_label("responsibilities"),
        "head": head,
        "rows": [[row.stage, row.task, *row.parts] for row in view.responsibilities],
    }


def _signatures(view: AgreementView, zone: str) -> dict[str, Any]:
    rows = []
    for line in view.signatures:
        role = line.role_text
        if line.in_place_of:
            role = _("%(role)s, in the place of %(head)s") % {"role": role, "head": line.in_place_of}
        when = format_date(line.at.astimezone(ZoneInfo(zone)), "j F Y, H:i:s T") if line.at else _("not signed")
        rows.append({"name": line.name if line.at else "", "role": role, "when": when})
    return {"title": _("Signatures"), "rows": rows}


def _force(version: AgreementVersion, zone: str) -> str:
    if version.starts_at is None:
        return _("Draft: not in force.")
    begin = format_date(version.starts_at.astimezone(ZoneInfo(zone)), "j F Y")
    review = format_date(version.review_on, "j F Y") if version.review_on else "–"
    return _("In force from %(begin)s. To be reviewed on %(review)s.") % {"begin": begin, "review": review}
