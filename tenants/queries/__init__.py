"""Reading members, invitations, keys, absences and jobs."""

from tenants.queries.absences import (
    AbsenceRow,
    absence_rows,
    absences_between,
    absent_on,
    covered_by,
    deputies_on,
    deputy_of,
    manageable_members,
    present_deputy,
    today_in,
)
from tenants.queries.figures import Sight, figure_rule, figure_rules, seen_among, sight_of
from tenants.queries.files import content_of, file_of
from tenants.queries.keys import KeyRow, OwnKeyRow, key_rows, own_key_rows
from tenants.queries.members import (
    STOPS_JOBS,
    InvitationRow,
    JobRow,
    MemberRow,
    active_members,
    everybody,
    job_row,
    member_rows,
    newest_job,
    open_invitations,
)
from tenants.queries.teams import TeamRow, team_rows

__all__ = [
    "STOPS_JOBS",
    "AbsenceRow",
    "InvitationRow",
    "JobRow",
    "KeyRow",
    "MemberRow",
    "OwnKeyRow",
    "Sight",
    "TeamRow",
    "absence_rows",
    "absences_between",
    "absent_on",
    "active_members",
    "content_of",
    "covered_by",
    "deputies_on",
    "deputy_of",
    "everybody",
    "figure_rule",
    "figure_rules",
    "file_of",
    "job_row",
    "key_rows",
    "manageable_members",
    "member_rows",
    "newest_job",
    "open_invitations",
    "own_key_rows",
    "present_deputy",
    "seen_among",
    "sight_of",
    "team_rows",
    "today_in",
]
