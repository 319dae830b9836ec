"""Addresses of tenants under /o/<organisation>/, and of invitations, which belong to nobody yet."""

from django.urls import path

from tenants import api, views

app_name = "tenants"

urlpatterns = [
    path("settings/members/", views.members, name="members"),
    path("settings/members/invite/", views.invite_member, name="invite_member"),
    path(
        "settings/members/invitations/<uuid:invitation_id>/withdraw/",
        views.withdraw_invitation,
        name="invitation_withdraw",
    ),
    path("settings/members/<uuid:member_id>/manager/", views.member_manager, name="member_manager"),
    path("settings/members/<uuid:member_id>/access/", views.member_access, name="member_access"),
    path("settings/keys/", views.keys, name="keys"),
    path("settings/keys/new/", views.create_key, name="key_create"),
    path("settings/keys/<uuid:key_id>/revoke/", views.revoke_key, name="key_revoke"),
    path("settings/keys/<uuid:key_id>/rotate/", views.rotate_key, name="key_rotate"),
    path("settings/teams/", views.teams, name="teams"),
    path("settings/teams/new/", views.team_new, name="team_new"),
    path("settings/teams/<uuid:team_id>/", views.team_edit, name="team"),
    path("settings/absences/", views.absences, name="absences"),
    path("settings/absences/new/", views.plan_absence, name="absence_new"),
    path("settings/absences/<uuid:absence_id>/end/", views.end_absence, name="absence_end"),
    path("settings/figures/", views.figure_rule, name="figure_rule"),
    path("me/", views.me, name="me"),
    path("me/keys/", views.my_keys, name="my_keys"),
    path("me/keys/<uuid:key_id>/agree/", views.agree_to_key, name="key_agree"),
    path("me/keys/<uuid:key_id>/end/", views.end_own_key, name="own_key_end"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/stop/", views.job_cancel, name="job_cancel"),
]

api_urlpatterns = [
    path("members", api.Members.as_view(), name="members"),
    path("members/<uuid:member_id>/manager", api.ManagerOf.as_view(), name="member_manager"),
    path("members/<uuid:member_id>/access", api.AccessOf.as_view(), name="member_access"),
    path("keys", api.Keys.as_view(), name="keys"),
    path("keys/<uuid:key_id>/consent", api.KeyConsent.as_view(), name="key_consent"),
    path("keys/<uuid:key_id>/revocation", api.KeyRevocation.as_view(), name="key_revocation"),
    path("teams", api.Teams.as_view(), name="teams"),
    path("teams/<uuid:team_id>", api.OneTeam.as_view(), name="team"),
    path("absences", api.Absences.as_view(), name="absences"),
    path("absences/<uuid:absence_id>/end", api.AbsenceEnd.as_view(), name="absence_end"),
    path("figure-rules", api.FigureRules.as_view(), name="figure_rules"),
    path("jobs/<uuid:job_id>", api.OneJob.as_view(), name="job"),
]

public_urlpatterns = [
    path("invite/<slug:token>/", views.accept_invitation, name="accept_invitation"),
]
