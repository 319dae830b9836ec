"""Who is in the demo: two organisations, their people, campaigns, and the names leads are made of."""

from dataclasses import dataclass

from tenants.roles import Role

PASSWORD = "demo-smarketing"  # noqa: S105 -- of made-up people, printed at the start


@dataclass(frozen=True)
class Person:
    """A member of a demo organisation; ``manager`` is the index of the direct manager in the cast."""

    name: str
    role: Role
    title: str
    manager: int | None = None
    # For somebody who has a seat elsewhere already.
    email: str = ""


@dataclass(frozen=True)
class Scenery:
    """One demo organisation: where it is, who works there, how busy it is (share of all leads)."""

    name: str
    domain: str
    country: str
    zone: str
    people: tuple[Person, ...]
    share: float
    monthly_target: int


NORTHWIND = Scenery(
    name="Northwind Robotics",
    domain="northwind.example",
    country="AT",
    zone="Europe/Vienna",
    share=0.8,
    monthly_target=380,
    people=(
        Person("Ines Hofer", Role.MARKETING_MANAGER, "Head of Marketing"),
        Person("Stefan Lang", Role.SALES_MANAGER, "Head of Sales"),
        Person("Amira Haddad", Role.MARKETER, "Campaign manager", 0),
        Person("Tom Keller", Role.MARKETER, "Content and webinars", 0),
        Person("Jonas Weber", Role.SALES_REP, "Account executive", 1),
        Person("Lena Brandt", Role.SALES_REP, "Account executive", 1),
        Person("Paul Stein", Role.SALES_REP, "Account executive", 1),
        Person("Mira Novak", Role.SALES_REP, "Account executive", 1),
        Person("Ruth Adler", Role.EXECUTIVE, "Managing director"),
        Person("Viktor Roth", Role.EXECUTIVE, "Chief financial officer"),
        Person("Nadja Pohl", Role.AUDITOR, "Internal audit"),
        Person("Oskar Beck", Role.ADMINISTRATOR, "Operations"),
    ),
)

LAKESIDE = Scenery(
    name="Lakeside Software",
    domain="lakeside.example",
    country="DE",
    zone="Europe/Berlin",
    share=0.2,
    monthly_target=90,
    people=(
        Person("Claudia Frei", Role.MARKETING_MANAGER, "VP Marketing"),
        Person("Marek Dvořák", Role.SALES_MANAGER, "VP Sales"),
        Person("Julia Sander", Role.MARKETER, "Demand generation", 0),
        Person("Felix Krämer", Role.SALES_REP, "Account executive", 1),
        Person("Hanna Vogt", Role.SALES_REP, "Account executive", 1),
        Person("Georg Seidel", Role.EXECUTIVE, "Chief executive"),
        # In both organisations: the one account of the demo that can switch.
        Person("Oskar Beck", Role.ADMINISTRATOR, "Consultant", email="oskar@northwind.example"),
    ),
)

ORGANISATIONS = (NORTHWIND, LAKESIDE)

# (name, utm_campaign, source, medium, landing page, share of arrivals, share of fitting leads)
CAMPAIGNS = (
    ("Webinar: cobots in 30 minutes", "webinar-cobots", "newsletter", "email", "/webinar/cobots", 0.26, 0.86),
    ("Search: palletising", "search-palletising", "google", "cpc", "/palletising", 0.22, 0.82),
    ("LinkedIn: plant managers", "linkedin-plant", "linkedin", "paid_social", "/guide", 0.22, 0.74),
    ("Trade fair: SPS", "sps-fair", "fair", "event", "/fair", 0.14, 0.88),
    ("Content: ROI calculator", "roi-calculator", "google", "organic", "/roi", 0.11, 0.66),
    ("Display retargeting", "display-retarget", "display", "banner", "/offer", 0.05, 0.4),
)

# By utm_campaign: what a campaign costs once and each month, in a company that gets all of the leads.
COSTS = {
    "webinar-cobots": (1_500, 1_800),
    "search-palletising": (400, 5_200),
    "linkedin-plant": (600, 4_100),
    "sps-fair": (18_500, 0),
    "roi-calculator": (3_200, 250),
    "display-retarget": (300, 2_400),
}

GIVEN_NAMES = (
    "Anna Sofia Lukas David Marie Elena Paul Clara Simon Katharina Jakob Nora Emil Laura Matteo Ingrid Hannes Priya "
    "Tomasz Chloé Luca Wei Yasmin Rui Nadia Erik Leonie Daniel Petra Florian Birgit Andreas Carmen Dominik Eva Gregor "
    "Helga Ivan Jana Kilian Lisbeth Marlene Nikola Olivia Patrik Renate Sandra Theo Ursula Valentin Wanda Xenia Zoe"
).split()

FAMILY_NAMES = (
    "Gruber Huber Bauer Wagner Müller Pichler Steiner Moser Mayer Hofer Leitner Berger Fuchs Eder Fischer Schmid "
    "Winkler Weber Schwarz Maier Schneider Reiter Lindqvist Kowalski Becker Moretti Solberg Okafor Petrova Nyberg "
    "Carvalho Haas Raman Aydın Zhang Reyes Novotná Horvat Szabó Kovač Brunner Keller Frei Graf Baumann Vogel Arnold "
    "Lorenz Sommer Winter König Kaiser Ziegler Albrecht"
).split()

COMPANY_WORDS = (
    "Alpenblick Donau Tauern Rhein Elbe Nordlicht Bergland Seeufer Steiermark Salzach Inntal Bodensee Schwarzwald "
    "Havel Lech Isar Main Weser Enns Traun Helvetia Jura Emmen Aare Linth"
).split()

COMPANY_TRADES = (
    ("Logistik", "logistics"),
    ("Maschinenbau", "manufacturing"),
    ("Verpackung", "manufacturing"),
    ("Lebensmittel", "manufacturing"),
    ("Energie", "energy"),
    ("Handel", "retail"),
    ("Bau", "construction"),
    ("Medizintechnik", "healthcare"),
    ("Software", "software"),
    ("Keramik", "manufacturing"),
)

# Not in the agreement's list: their leads do not fit.
OTHER_TRADES = (("Schule", "education"), ("Verein", "non_profit"), ("Agentur", "advertising"))

DECIDERS = (
    "Head of Operations", "Plant Manager", "COO", "Director Supply Chain", "VP Operations", "Leiter Produktion",
    "Head of Packaging", "CTO", "Geschäftsführer", "Production Manager",
)  # fmt: skip

OTHERS = ("Automation Engineer", "Purchasing", "Working Student", "Assistant", "Maintenance")

MESSAGES = (
    "We run two shifts and want to automate palletising. Please call this week, afternoons are best.",
    "What would a pilot cell cost, and how long until it pays back?",
    "Our current line is at its limit. Can somebody come by in {month}?",
    "Saw you at the fair. We need a quote for four stations.",
    "Wir suchen eine Lösung für die Kommissionierung, bitte um Rückruf.",
)

# By the criterion in dispute: what sales says while rejecting, what marketing says in its appeal.
CLAIMS = {
    "company_size": (
        "They have eleven people in production. That is not the company we agreed on.",
        "The registry says {employees} employees, within the agreed range. The criterion is met.",
    ),
    "industry": (
        "They only resell machines; that is not the industry we agreed on.",
        "The industry is on the list of the version in force when we sent it.",
    ),
    "role": (
        "I was told the person only collects material for a thesis.",
        "“{job_title}” is what the person signs with; the agreement asks for no more.",
    ),
    "pricing_viewed": (
        "No budget before next year, and nobody had asked for a talk.",
        "The price list was opened within the agreed window; the agreement asks for once.",
    ),
    "": ("The number belongs to somebody else, and the address bounces.", ""),
}

# By criterion: what the board holds once it has overturned a rejection on it.
HOLDINGS = {
    "company_size": "The registry's head count decides, not the number of people on site.",
    "industry": "The industry of the company decides, not what the department that asked does.",
    "role": "The title that a person signs with decides, not what was said on the phone.",
    "pricing_viewed": "Having opened the price list in time is enough; the agreement does not ask for a budget.",
}

# What sales learned from customers, with its tags.
INSIGHTS = (
    (
        "They compare us with two integrators from Italy; delivery time decides, not the price.",
        ("competitor", "delivery"),
    ),
    ("Budgets for automation are released in October. Whoever asks in summer is told to wait.", ("budget", "timing")),
    ("The works council has to agree before a robot comes in. A page on safety would help.", ("objection", "content")),
    (
        "Came through the webinar: the live palletising cell was what convinced the plant manager.",
        ("webinar", "praise"),
    ),
    ("The person who fills in the form seldom decides; ask for the head of production at once.", ("role", "buying")),
    ("They want to rent the first cell for six months and buy afterwards.", ("pricing", "buying")),
    ("Asked three times for a reference in food packaging; we have none on the site.", ("content", "reference")),
    ("Display ads brought them, but they thought we sell spare parts.", ("campaign", "objection")),
)

# The meeting that was held: by topic what was said and decided, and who took on what, for how many days, done or not.
MINUTES = {
    "pace": (
        "The webinar brings a wave every second Thursday and little in between.",
        "The next two webinars are moved into the weeks without a fair.",
    ),
    "promises": (
        "Most late first contacts were leads that came on a Friday afternoon.",
        "Sales keeps one person on duty until six on Fridays.",
    ),
    "cases": ("Both sides read the latest ruling on company size in the same way.", ""),
    "rejections": (
        "Half of the rejections name data that was missing; most come from the same form.",
        "The form of the guide asks for the number of employees again.",
    ),
    "terms": ("Nobody wants to change the agreement before the end of the quarter.", ""),
    "own": (
        "Two from sales and one from marketing go to the fair.",
        "Leads of the fair are handed over the same evening.",
    ),
}
TAKEN_ON = {
    "promises": (("Plan the duty on Friday afternoons", Role.SALES_MANAGER, 2, True),),
    "own": (("Book a second room for talks at the fair", Role.MARKETER, 12, False),),
    "rejections": (("Put the number of employees back into the form", Role.MARKETER, 16, False),),
}
POINT_TO_COME = ("The fair in spring: who is at the stand?", "What the rulings of this quarter mean for our criteria")
