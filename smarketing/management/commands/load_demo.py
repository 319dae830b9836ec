"""manage.py load_demo: two organisations with some months of history, made by the real actions."""

import json
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.text import slugify

from events.actions import via
from events.relay import relay_waiting
from intake.models import Submission
from sla.actions import notice_due
from smarketing.demo.casting import Company, address, build, find, let_months_be_kept
from smarketing.demo.play import Stage, play, set_stage
from smarketing.demo.scenery import ORGANISATIONS, PASSWORD, Scenery
from smarketing.demo.story import Story, arrivals, stories
from smarketing.demo.talk import let_people_talk
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.roles import LABELS

# How far back the history goes, and how much of it stands before the first page.
HISTORY = timedelta(days=150)
FIRST = timedelta(days=12)
# Leads between two looks at due clocks and waiting handlers.
CHUNK = 25


class Command(BaseCommand):
    """Plays the demo; deterministic by seed, safe to run again: a story played once is not played twice."""

    requires_system_checks = ()
    help = "Load two made-up organisations with months of history through the real actions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--leads", type=int, default=3000, help="how many leads over both (default 3,000)")
        parser.add_argument("--seed", type=int, default=7, help="another seed, another history (default 7)")
        parser.add_argument("--first", action="store_true", help="only the newest weeks, before the first page")
        parser.add_argument("--rest", action="store_true", help="only the months before, in the background")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rest"] and not options["first"]:
            # It plays beside people who are already looking around.
            os.nice(15)
        token = via.set("demo")
        try:
            self._load(options)
        finally:
            via.reset(token)

    def _load(self, options: dict[str, Any]) -> None:
        data = Path(settings.DATA_DIR)
        # Both halves of one load must see the same present, else the second would draw other stories.
        until = _present(data, fresh=not options["rest"])
        companies = [self._company(scenery, until=until) for scenery in ORGANISATIONS]
        _write_accounts(data, companies)
        parts = ["first", "rest"] if options["first"] == options["rest"] else ["first" if options["first"] else "rest"]
        stages = [set_stage(company, until=until) for company in companies]
        played = [
            (stage, story)
            for stage in stages
            for part in parts
            for story in _unplayed(_part(_stories(stage, options), part, until=until), stage)
        ]
        # Newest week first, so that the present month is whole soon; inside a week as it happened.
        played.sort(key=lambda pair: (-(pair[1].arrived_at - until).days // 7, pair[1].arrived_at))
        self._play(played)
        if "rest" in parts:
            for stage in stages:
                let_people_talk(stage.company, until=until)
                let_months_be_kept(stage.company, at=now())
        refused = sum((stage.refused for stage in stages), Counter())
        if refused:
            self.stdout.write(f"  steps refused by a rule: {', '.join(f'{n} × {code}' for code, n in refused.items())}")

    def _company(self, scenery: Scenery, *, until: datetime) -> Company:
        found = find(scenery, slugify(scenery.name))
        if found is not None:
            return found
        since = (until - HISTORY).replace(hour=7, minute=0, second=0, microsecond=0)
        return build(scenery, since=since, until=until)

    def _play(self, played: Sequence[tuple[Stage, Story]]) -> None:
        started = monotonic()
        for number, (stage, story) in enumerate(played, start=1):
            play(story, stage)
            if number % CHUNK == 0 or number == len(played):
                _catch_up([stage for stage, _ in played[max(0, number - CHUNK) : number]])
                self._progress(number, len(played), started)
        seconds = monotonic() - started
        self.stdout.write(f"  {len(played)} leads in {seconds:.1f} s, {len(played) / max(seconds, 0.001):.1f} leads/s")

    def _progress(self, done: int, total: int, started: float) -> None:
        speed = done / max(monotonic() - started, 0.001)
        bar = "█" * (30 * done // total) + "░" * (30 - 30 * done // total)
        line = f"  {bar} {done}/{total} leads, {speed:.0f}/s"
        self.stdout.write(f"\r{line}" if sys.stdout.isatty() else line, ending="" if sys.stdout.isatty() else "\n")
        if done == total and sys.stdout.isatty():
            self.stdout.write("")
        self.stdout.flush()


def _present(data: Path, *, fresh: bool) -> datetime:
    marker = data / "demo-present.txt"
    if marker.exists():
        return datetime.fromisoformat(marker.read_text())
    moment = now()
    data.mkdir(parents=True, exist_ok=True)
    marker.write_text(moment.isoformat())
    return moment


def _stories(stage: Stage, options: dict[str, Any]) -> list[Story]:
    """Return the organisation's whole history; the same for the same seed, number of leads and present."""
    scenery = stage.company.scenery
    rng = Random(f"{options['seed']} {scenery.name}")  # noqa: S311 -- a story, not a secret
    first = (stage.until - HISTORY).astimezone(stage.company.zone).date() + timedelta(days=1)
    count = round(options["leads"] * scenery.share)
    moments = arrivals(count, first=first, until=stage.until, zone=stage.company.zone, rng=rng)
    return stories(moments, until=stage.until, domestic=scenery.country, rng=rng)


def _part(told: Sequence[Story], part: str, *, until: datetime) -> Iterator[Story]:
    border = until - FIRST
    return (story for story in told if (story.arrived_at >= border) == (part == "first"))


def _unplayed(told: Iterator[Story], stage: Stage) -> list[Story]:
    """Leave out what an earlier run has played: a story is one transaction, so it is there whole or not at all."""
    with tenant_scope(stage.company.organisation.pk):
        known = set(Submission.objects.values_list("raw__person__email", flat=True))
    return [story for story in told if story.visitor.email not in known]


def _catch_up(stages: Sequence[Stage]) -> None:
    """Find what fell due up to the present and run the handlers, as the workers would have."""
    for stage in {id(stage): stage for stage in stages}.values():
        with tenant_scope(stage.company.organisation.pk):
            notice_due(at=stage.until)
    while relay_waiting(at=now(), limit=500):
        pass


def _write_accounts(data: Path, companies: Sequence[Company]) -> None:
    accounts = [
        {
            "organisation": company.organisation.name,
            "email": address(person, company.scenery),
            "password": PASSWORD,
            "role": str(LABELS[person.role]),
        }
        for company in companies
        for person in company.scenery.people
    ]
    (data / "demo-accounts.json").write_text(json.dumps(accounts, indent=1, ensure_ascii=False))
