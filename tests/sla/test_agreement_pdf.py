"""The agreement as a PDF."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sla import actions, queries
from sla.models import AgreementVersion
from sla.papers import agreement_pdf
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import edited, make_draft, make_signed
from tests.support import Cast, signed_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_same_version_gives_the_same_bytes(acme: Cast, at: datetime) -> None:
    version = make_signed(acme, at=at)
    first = agreement_pdf(version, organisation=acme.acme, at=at)
    # Another year, after its end: what was signed is printed as it was signed.
    with time_machine.travel(at + timedelta(days=900), tick=False):
        again = agreement_pdf(version, organisation=acme.acme, at=at + timedelta(days=900))
    assert first == again
    assert first.startswith(b"%PDF-")


def test_it_is_tagged_for_screen_readers(acme: Cast, at: datetime) -> None:
    paper = agreement_pdf(make_signed(acme, at=at), organisation=acme.acme, at=at)
    assert b"/MarkInfo" in paper
    assert b"pdfuaid:part" in paper


def test_a_signature_changes_the_paper(acme: Cast, at: datetime) -> None:
    version = AgreementVersion.objects.get()
    before = agreement_pdf(version, organisation=acme.acme, at=at)
    actions.sign_version(version, by=acme.marc, at=at)
    assert agreement_pdf(version, organisation=acme.acme, at=at) != before


@pytest.mark.parametrize("name", ["#strong[x] $x$ *b* @ref <l> \\ //", "Łódź Ωμέγα Жук", "株式会社 🙂", "a" * 200])
def test_no_text_breaks_the_paper(acme: Cast, at: datetime, name: str) -> None:
    version = make_draft(acme, at=at)
    content = edited(version.content, lambda c: c["reasons"]["lost"][0].update(label=name))
    actions.change_draft(version, content=content, by=acme.marc, at=at)
    acme.acme.name = name
    assert agreement_pdf(version, organisation=acme.acme, at=at).startswith(b"%PDF-")


def test_every_member_takes_it_along(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = signed_in(cast.ned).get("/o/acme/agreement/1/agreement.pdf")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="agreement-acme-v1.pdf"' in answer.headers["Content-Disposition"]
    with tenant_scope(cast.acme.pk):
        assert queries.last_signed() is not None
