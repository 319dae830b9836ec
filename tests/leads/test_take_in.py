"""Taking in submissions: who is known again, what is kept, how it is judged."""

from datetime import datetime, timedelta

from leads.actions import accept_handover, hand_over, take_in
from leads.capture import Attribution, BehaviourFact, Captured, CompanyFacts, ConsentFact, Person, Touch
from leads.models import Behaviour, Campaign, Company, Consent, Lead
from tests.leads.makers import captured, clock_of, kinds_of, make_lead, ready_at
from tests.support import Cast


def test_makes_a_lead_and_qualifies_it(acme: Cast, at: datetime) -> None:
    taken = take_in(captured(behaviours=ready_at(at)), at=at)
    lead = Lead.objects.get(pk=taken.lead.pk)
    assert taken.created
    assert (lead.number, lead.stage, lead.tier) == (1, "mql", "standard")
    assert (lead.fit_grade, lead.fit_points, lead.readiness_grade, lead.readiness_points) == ("A", 100, 2, 50)
    assert lead.company is not None
    assert lead.company.domain_norm == "example.com"
    assert lead.phone_e164 == "+43158858"
    assert kinds_of(lead) == ["lead.received", "lead.scored", "lead.qualified"]


def test_knows_a_person_again_by_the_normalised_email(acme: Cast, at: datetime) -> None:
    first = take_in(captured(" Jane.DOE@Bücher.example "), at=at)
    again = take_in(captured("jane.doe@xn--bcher-kva.example", message="Call me"), at=at)
    assert (again.created, again.lead.pk) == (False, first.lead.pk)
    assert Lead.objects.get().message == "Call me"


def test_keeps_plus_tags_apart(acme: Cast, at: datetime) -> None:
    take_in(captured("jane@example.com"), at=at)
    assert take_in(captured("jane+news@example.com"), at=at).created


def test_a_form_fills_blanks_but_never_renames_a_person(acme: Cast, at: datetime) -> None:
    take_in(Captured(Person(email="jane@example.com", given_name="Jane")), at=at)
    take_in(Captured(Person(email="jane@example.com", given_name="Mallory", family_name="Doe")), at=at)
    lead = Lead.objects.get()
    assert (lead.given_name, lead.family_name) == ("Jane", "Doe")


def test_custom_values_of_later_forms_join_the_earlier(acme: Cast, at: datetime) -> None:
    take_in(captured(custom={"budget": "50k"}), at=at)
    take_in(captured(custom={"seats": 4}), at=at)
    assert Lead.objects.get().custom == {"budget": "50k", "seats": 4}


def test_custom_values_do_not_grow_without_end(acme: Cast, at: datetime) -> None:
    lead = take_in(captured(custom={"first": "x"}), at=at).lead
    lead.custom["nurture_note"] = "Call in May"
    Lead.objects.update(custom=lead.custom)
    for number in range(4):
        taken = take_in(captured(custom={f"more_{number}": "x" * 30_000, "nurture_note": "forged"}), at=at)
    assert [warning["code"] for warning in taken.warnings] == ["custom_full"]
    assert list(Lead.objects.get().custom) == ["first", "more_0", "more_1", "nurture_note"]
    assert Lead.objects.get().custom["nurture_note"] == "Call in May"


def test_first_touch_stands_and_last_touch_rolls(acme: Cast, at: datetime) -> None:
    take_in(captured(attribution=Attribution(first=Touch(source="linkedin"), last=Touch(source="google"))), at=at)
    take_in(captured(attribution=Attribution(first=Touch(source="x"), last=Touch(source="mail"))), at=at)
    lead = Lead.objects.get()
    assert (lead.first_touch["source"], lead.last_touch["source"]) == ("linkedin", "mail")


def test_finds_the_campaign_by_its_folded_name_and_its_owner(acme: Cast, at: datetime) -> None:
    campaign = Campaign.objects.create(name="Q1 X", utm_norm="q1_x", owner=acme.marc)
    taken = take_in(captured(attribution=Attribution(last=Touch(campaign="Q1 – X"))), at=at)
    assert (taken.lead.campaign, taken.lead.marketer, taken.warnings) == (campaign, acme.marc, [])


def test_warns_of_what_it_cannot_read_and_loses_nothing(acme: Cast, at: datetime) -> None:
    told = Captured(
        Person(email="no address", phone="call me", family_name="Doe"),
        attribution=Attribution(last=Touch(campaign="nobody-knows")),
    )
    taken = take_in(told, at=at)
    assert [warning["code"] for warning in taken.warnings] == ["email_unparsed", "phone_unparsed", "utm_unknown"]
    lead = Lead.objects.get()
    assert (lead.email, lead.email_norm, lead.phone, lead.phone_e164) == ("no address", "", "call me", "")


def test_two_people_without_an_email_are_two_leads(acme: Cast, at: datetime) -> None:
    take_in(Captured(Person(family_name="Doe")), at=at)
    take_in(Captured(Person(family_name="Doe")), at=at)
    assert list(Lead.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_public_mail_domains_are_no_company(acme: Cast, at: datetime) -> None:
    take_in(Captured(Person(email="jane@gmail.com"), CompanyFacts(name="Doe Ltd")), at=at)
    take_in(Captured(Person(email="john@gmail.com"), CompanyFacts(name="Roe Ltd")), at=at)
    assert set(Company.objects.values_list("name", "domain_norm")) == {("Doe Ltd", ""), ("Roe Ltd", "")}


def test_keeps_behaviour_and_consent_with_their_times(acme: Cast, at: datetime) -> None:
    earlier = at - timedelta(days=2)
    told = captured(
        behaviours=(
            BehaviourFact("Pricing viewed", earlier),
            BehaviourFact("webinar_attended", at + timedelta(days=9)),
        ),
        consents=(ConsentFact("sales_contact", granted=False, captured_at=earlier),),
    )
    take_in(told, at=at)
    assert list(Behaviour.objects.order_by("at").values_list("kind", "at")) == [
        ("pricing_viewed", earlier),
        ("webinar_attended", at),
    ]
    assert list(Consent.objects.values_list("purpose", "granted", "captured_at")) == [("sales_contact", False, earlier)]


def test_a_request_for_a_sales_talk_skips_readiness_but_not_fit(acme: Cast, at: datetime) -> None:
    fits = take_in(captured("a@example.com", intent="talk_to_sales"), at=at).lead
    too_small = take_in(captured("b@example.org", intent="talk_to_sales", company={"employees": 3}), at=at).lead
    assert (fits.tier, fits.stage) == ("hand_raiser", "mql")
    assert (too_small.tier, too_small.fit_grade, too_small.stage) == ("", "D", "lead")


def test_a_later_request_shortens_the_open_contact_deadline(acme: Cast, at: datetime) -> None:
    handover = hand_over(make_lead(at=at), by=acme.mara, at=at)
    assert clock_of(handover, "first_contact").due_at == at + timedelta(hours=24)
    take_in(captured(intent="talk_to_sales"), at=at + timedelta(hours=2))
    assert clock_of(handover, "first_contact").due_at == at + timedelta(hours=3)
    take_in(captured(intent="talk_to_sales"), at=at + timedelta(hours=2, minutes=30))
    assert clock_of(handover, "first_contact").due_at == at + timedelta(hours=3)


def test_a_lead_with_sales_is_not_qualified_again(acme: Cast, at: datetime) -> None:
    handover = hand_over(make_lead(at=at), by=acme.mara, at=at)
    accept_handover(handover, by=acme.sam, at=at + timedelta(minutes=1))
    taken = take_in(captured(intent="talk_to_sales"), at=at + timedelta(hours=1))
    assert taken.lead.stage == "sal"
    assert kinds_of(taken.lead).count("lead.qualified") == 1


def test_globex_knows_nobody_of_acme(cast: Cast, at: datetime) -> None:
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(cast.acme.pk):
        take_in(captured(), at=at)
    with tenant_scope(cast.globex.pk):
        assert take_in(captured(), at=at).created
        assert Lead.objects.get().number == 1
