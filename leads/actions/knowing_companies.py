"""The companies of leads that are taken in: known by their domain, completed by what each lead tells."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from leads import normal
from leads.capture import CompanyFacts
from leads.models import Company, Lead


class Companies:
    """The companies that some submissions name, in memory until ``write``; leads of one domain share theirs.

    ``told`` are address and company of those whose lead has no company yet; ``ids`` are ids for new rows.
    """

    def __init__(self, told: Sequence[tuple[str, CompanyFacts]], *, ids: Iterator[UUID]) -> None:
        self._ids = ids
        self._made: list[Company] = []
        self._news: dict[UUID, dict[str, Any]] = {}
        self._by_domain = _met(told)
        self._by_id = {company.pk: company for company in self._by_domain.values()}

    def of(self, lead: Lead, told: CompanyFacts, *, email_norm: str) -> Company | None:
        """Return the lead's company, with what was unknown of it; None when nothing tells of one."""
        if lead.company is not None:
            return self._completed(self._by_id.setdefault(lead.company.pk, lead.company), told)
        domain = normal.company_domain(email_norm, told.website)
        name = normal.tidy(told.name) or domain
        if not name and told.employees is None:
            return None
        return self._completed(self._by_domain[domain] if domain else self._new(name), told)

    def _new(self, name: str) -> Company:
        self._made.append(Company(id=next(self._ids), name=name))
        return self._made[-1]

    def _completed(self, company: Company, told: CompanyFacts) -> Company:
        news = {name: value for name, value in _facts(told).items() if value and not getattr(company, name)}
        for name, value in news.items():
            setattr(company, name, value)
        if news and not company._state.adding:
            self._news.setdefault(company.pk, {}).update(news)
        return company

    def write(self) -> None:
        """Write new companies, and what became known of others."""
        Company.objects.bulk_create(self._made)
        for company_id, news in sorted(self._news.items()):
            Company.objects.filter(pk=company_id).update(**news)


def _met(told: Sequence[tuple[str, CompanyFacts]]) -> dict[str, Company]:
    """Return the company of each domain, made where nobody knew it."""
    named: dict[str, Company] = {}
    for email_norm, facts in told:
        domain = normal.company_domain(email_norm, facts.website)
        if domain and domain not in named:
            named[domain] = Company(name=normal.tidy(facts.name) or domain, domain_norm=domain, **_facts(facts))
    found = _known(named)
    missing = [named[domain] for domain in sorted(named.keys() - found.keys())]
    if missing:
        # Somebody else may make the same one: whose row it became is looked up.
        Company.objects.bulk_create(missing, ignore_conflicts=True)
        found |= _known([company.domain_norm for company in missing])
    return found


def _known(domains: "Sequence[str] | dict[str, Company]") -> dict[str, Company]:
    rows = Company.objects.exclude(domain_norm="").filter(domain_norm__in=list(domains)) if domains else []
    return {company.domain_norm: company for company in rows}


def _facts(told: CompanyFacts) -> dict[str, Any]:
    return {"employees": told.employees, "industry": normal.fold(told.industry), "country": told.country.upper()}
