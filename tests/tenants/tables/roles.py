"""Groups of roles, as the product speaks of them."""

from tenants.roles import Role

Roles = frozenset[Role]
ALL: Roles = frozenset(Role)
MARKETING: Roles = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})
SALES: Roles = frozenset({Role.SALES_REP, Role.SALES_MANAGER})
SIDES = MARKETING | SALES
SALES_HEAD: Roles = frozenset({Role.SALES_MANAGER})
HEADS: Roles = frozenset({Role.MARKETING_MANAGER, Role.SALES_MANAGER})
CHAIR: Roles = frozenset({Role.EXECUTIVE})
ADMIN: Roles = frozenset({Role.ADMINISTRATOR})
# The door is marketing's; sales meets a lead when it is handed over.
DOOR: Roles = ALL - SALES
KEEPERS: Roles = frozenset({Role.MARKETING_MANAGER, Role.ADMINISTRATOR})
# Who decides that two leads are one person.
MERGERS: Roles = MARKETING | SALES_HEAD | ADMIN
# Whose the shared view of the world is, and who keeps order.
VIEW_KEEPERS: Roles = frozenset({Role.MARKETER, Role.ADMINISTRATOR})
NOBODY: Roles = frozenset()
# Who decides where leads go.
ROUTERS: Roles = SALES_HEAD | ADMIN
# An auditor is away without telling; the rep's absence is theirs, their head's and the administrator's to end.
AWAY: Roles = ALL - {Role.AUDITOR}
NOT_THEIR_PEOPLE: Roles = AWAY - SALES - ADMIN
# Who sits on the board of the world: the executive chairs it, the administrator is a member.
BENCH: Roles = frozenset({Role.EXECUTIVE, Role.ADMINISTRATOR})
# Who wrote the world's insight.
WRITER: Roles = frozenset({Role.SALES_REP})
