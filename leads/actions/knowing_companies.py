"""The companies of leads that are taken in: known by their domain, completed by what each lead tells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from leads import normal
from leads.actions.finding import find_all
from leads.capture import CompanyFacts
from leads.models import Company, Lead
from smarketing.lib.inserting import as_json, insert_rows, insertion, note_written
from smarketing.lib.prepared import Prepared, ask


def domains_of(told: Iterable[tuple[str, CompanyFacts]]) -> set[str]:
    """Return the domains by which the companies of these addresses are known."""
    return {normal.company_domain(email_norm, facts.website) for email_norm, facts in told} - {""}


class Companies:
    """The companies that some submissions name, in memory until ``write``; leads of one domain share theirs.

    ``told`` are address and company of those whose lead has no company yet, ``known`` the companies of their domains
    (domains_of); ``ids`` are ids for new rows.
    """

    def __init__(
        self, told: Sequence[tuple[str, CompanyFacts]], known: Mapping[str, Company], *, ids: Iterator[UUID]
    ) -> None:
        self._ids = ids
        self._made: list[Company] = []
        self._news: dict[UUID, dict[str, Any]] = {}
        # What was made with the facts of the first who named it, until they come.
        self._fresh: dict[UUID, dict[str, Any]] = {}
        self._by_domain = self._met(told, known)
        self._by_id = {company.pk: company for company in self._by_domain.values()}
        # What each lead told that nobody knew: what taking it back undoes.
        self.learned: dict[UUID, dict[str, Any]] = {}

    def of(self, lead: Lead, told: CompanyFacts, *, email_norm: str) -> Company | None:
        """Return the lead's company, with what was unknown of it; None when nothing tells of one."""
        company = self._found(lead, told, email_norm)
        if company is not None:
            made = company.pk in self._fresh
            news = self._fresh.pop(company.pk, {}) | self._complete(company, told)
            if made or news:
                self.learned[lead.pk] = {"id": str(company.pk), "made": made, "facts": news}
        return company

    def _found(self, lead: Lead, told: CompanyFacts, email_norm: str) -> Company | None:
        if lead.company is not None:
            return self._by_id.setdefault(lead.company.pk, lead.company)
        domain = normal.company_domain(email_norm, told.website)
        name = normal.tidy(told.name) or domain
        if domain:
            return self._by_domain[domain]
        return self._new(name) if name or told.employees is not None else None

    def _new(self, name: str) -> Company:
        company = Company(id=next(self._ids), name=name)
        self._made.append(company)
        self._fresh[company.pk] = {}
        return company

    def _complete(self, company: Company, told: CompanyFacts) -> dict[str, Any]:
        """Write what was unknown, and return it."""
        news = {name: value for name, value in _facts(told).items() if not getattr(company, name)}
        for name, value in news.items():
            setattr(company, name, value)
        if news and not company._state.adding:
            self._news.setdefault(company.pk, {}).update(news)
        return news

    def _met(self, told: Sequence[tuple[str, CompanyFacts]], known: Mapping[str, Company]) -> dict[str, Company]:
        """Return the company of each domain, made where nobody knew it."""
        named: dict[str, tuple[str, CompanyFacts]] = {}
        for email_norm, facts in told:
            domain = normal.company_domain(email_norm, facts.website)
            if domain:
                named.setdefault(domain, (normal.tidy(facts.name) or domain, facts))
        missing = sorted(named.keys() - known.keys())
        return {**known, **self._make({domain: named[domain] for domain in missing})} if missing else {**known}

    def _make(self, named: dict[str, tuple[str, CompanyFacts]]) -> dict[str, Company]:
        rows = [
            Company(id=next(self._ids), name=name, domain_norm=domain, **_facts(facts))
            for domain, (name, facts) in named.items()
        ]
        # Somebody else may make the same one: whose row it became is looked up.
        ours = {pk for (pk,) in ask(NEWCOMERS, as_json(rows, frozenset()))}
        self._fresh = {row.pk: _facts(named[row.domain_norm][1]) for row in rows if row.pk in ours}
        there = {row.domain_norm: row for row in rows if row.pk in ours}
        note_written(there.values())
        theirs = [domain for domain in named if domain not in there]
        return there | (find_all((), theirs).companies if theirs else {})

    def write(self) -> None:
        """Write new companies, and what became known of others."""
        insert_rows(self._made)
        for company_id, news in sorted(self._news.items()):
            Company.objects.filter(pk=company_id).update(**news)


NEWCOMERS = Prepared(
    "companies_made",
    ["json"],
    f"{insertion(Company, frozenset()).statement} on conflict do nothing returning id",
)


def _facts(told: CompanyFacts) -> dict[str, Any]:
    """Return what was told in our spelling, without what was not."""
    facts = {"employees": told.employees, "industry": normal.fold(told.industry), "country": told.country.upper()}
    return {name: value for name, value in facts.items() if value}
