"""Forms, submissions and files of the world."""

from datetime import datetime
from io import BytesIO

from intake.access import adapter_path, opt_in_path
from intake.actions import (
    change_keeping,
    check_batch,
    count_machine,
    create_adapter,
    create_form,
    judge,
    note_visits,
    receive,
    store_batch,
)
from intake.models import Batch, OptIn
from leads.capture import BehaviourFact
from leads.models import Forgotten, ForgottenSalt
from tenants.roles import Role
from tenants.work import Leased, run_step
from tests.tenants.world.house import House

SITE = "https://www.{}.example"


def furnish_intake(house: House, *, at: datetime) -> None:
    manager = house.staff[Role.MARKETING_MANAGER]
    adapter = create_adapter(provider="typeform", name=f"typeform {house.mark}", by=manager, at=at)
    house.things["adapter"], house.things["adapter_url"] = str(adapter.pk), adapter_path(adapter)
    form = create_form(name=f"form {house.mark}", origins=[SITE.format(house.mark)], by=manager, at=at)
    house.things["form"], house.things["form_key"] = str(form.form.pk), form.key_text
    for kind, trap in (("submission", ""), ("quarantined", "robot")):
        raw = {
            "person": {"email": f"{kind}.{house.mark}@example.com", "given_name": house.mark, "family_name": kind},
            "message": f"message {house.mark}",
            "custom": {f"field_{house.mark}": house.mark},
            "hp": trap,
        }
        stored = receive(
            raw, content_type="application/json", form=form.form, external_id=f"{house.mark}:{kind}", at=at
        )
        house.things[kind] = str(judge(stored.submission, at=at).pk)
    _furnish_opt_in(house, at=at)
    Forgotten.objects.create(digest=f"digest {house.mark}", at=at)
    ForgottenSalt.objects.create(salt=f"salt {house.mark}")
    _furnish_files(house, at=at)
    visit = BehaviourFact(f"viewed {house.mark}", at, {"page": f"/{house.mark}", "text": house.mark})
    note_visits(house.mark, [visit], at=at)
    count_machine(1, at=at)


def _furnish_files(house: House, *, at: datetime) -> None:
    """One file whose columns are to be named, and one that was tried, with a row that cannot be taken in."""
    marketer, mark = house.staff[Role.MARKETER], house.mark
    for kind in ("batch", "tried_batch"):
        text = f"Mail,{mark}\n{kind}.{mark}@{mark}.example.com,{mark}\nnobody {mark},{mark}\n"
        batch = store_batch(BytesIO(text.encode()), kind="csv", name=f"{kind} {mark}.csv", by=marketer, at=at)
        house.things[kind] = str(batch.pk)
    columns = {"Mail": "person.email", mark: ""}
    tried = check_batch(Batch.objects.get(pk=house.things["tried_batch"]), mapping=columns, by=marketer, at=at)
    if tried.job is None:
        raise LookupError("A file is tried by a job.")
    while run_step(Leased(house.organisation.pk, tried.job.pk), at=at):
        pass


def _furnish_opt_in(house: House, *, at: datetime) -> None:
    """Somebody who has not clicked the link in the mail yet."""
    manager, mark = house.staff[Role.MARKETING_MANAGER], house.mark
    change_keeping(submissions_days=365, visits_days=395, by=house.staff[Role.ADMINISTRATOR], at=at)
    texts = {"consent_text": f"consent {mark}", "thanks_text": f"thanks {mark}", "mapping": {mark: "company.name"}}
    form = create_form(
        name=f"confirmed {mark}", origins=[SITE.format(mark)], opt_in=True, by=manager, at=at, **texts
    ).form
    raw = {"email": f"unconfirmed.{mark}@{mark}.example.com", mark: mark, "consent": "yes"}
    waiting = judge(receive(raw, content_type="application/json", form=form, at=at).submission, at=at)
    house.things["unconfirmed"] = str(waiting.pk)
    house.things["opt_in_token"] = opt_in_path(OptIn.objects.get().public_id).split("/")[2]
