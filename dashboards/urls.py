"""Addresses of dashboards under /o/<organisation>/ and /api/v1/."""

from django.urls import path

from dashboards import api, views

app_name = "dashboards"

urlpatterns = [
    path("dashboard/", views.joint, name="joint"),
    path("plan/", views.plan, name="plan"),
    path("plan/adopt/", views.plan_adopt, name="plan_adopt"),
    path("agreement/<int:number>/replay/", views.replay, name="replay"),
    path("dashboard/added-up/", views.rollups, name="rollups"),
    path("privacy/", views.privacy, name="privacy"),
    path("leads/<uuid:lead_id>/privacy/", views.person, name="person"),
    path("leads/<uuid:lead_id>/privacy/export/", views.person_export, name="person_export"),
    path("nav-counts/", views.nav_counts, name="nav_counts"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/actions/<uuid:action_id>/", views.review_action_act, name="review_action_act"),
    path("reviews/<uuid:review_id>/", views.review, name="review"),
    path("reviews/<uuid:review_id>/change/", views.review_change, name="review_change"),
    path("reviews/<uuid:review_id>/act/", views.review_act, name="review_act"),
    path("reviews/<uuid:review_id>/point/", views.review_point, name="review_point"),
    path("reviews/<uuid:review_id>/room/", views.review_room, name="review_room"),
    path("reviews/<uuid:review_id>/items/<uuid:item_id>/", views.review_item, name="review_item"),
    path("reviews/<uuid:review_id>/items/<uuid:item_id>/actions/", views.review_action_new, name="review_action_new"),
    path("reviews/<uuid:review_id>/calendar.ics", views.review_calendar, name="review_calendar"),
    path("reviews/<uuid:review_id>/minutes.pdf", views.review_minutes, name="review_minutes"),
]

api_urlpatterns = [
    path("plans", api.Plans.as_view(), name="plans"),
    path("plans/adoption", api.PlanAdoption.as_view(), name="plan_adoption"),
    path("agreements/<int:number>/replay", api.AgreementReplay.as_view(), name="agreement_replay"),
    path("leads/<uuid:lead_id>/erasure", api.PersonErasure.as_view(), name="lead_erasure"),
    path("leads/<uuid:lead_id>/export", api.PersonExport.as_view(), name="lead_export"),
    path("kpis", api.Kpis.as_view(), name="kpis"),
    path("kpis/added-up", api.AddedUp.as_view(), name="kpis_added_up"),
    path("kpis/funnel", api.Funnel.as_view(), name="kpis_funnel"),
    path("kpis/pace", api.Pace.as_view(), name="kpis_pace"),
    path("kpis/speed-to-lead", api.SpeedToLead.as_view(), name="kpis_speed_to_lead"),
    path("reviews", api.Reviews.as_view(), name="reviews"),
    path("reviews/<uuid:review_id>", api.OneReview.as_view(), name="review"),
    path("reviews/<uuid:review_id>/opening", api.ReviewOpening.as_view(), name="review_opening"),
    path("reviews/<uuid:review_id>/closing", api.ReviewClosing.as_view(), name="review_closing"),
    path("reviews/<uuid:review_id>/cancellation", api.ReviewCancellation.as_view(), name="review_cancellation"),
    path("reviews/<uuid:review_id>/points", api.ReviewPoints.as_view(), name="review_points"),
    path("reviews/<uuid:review_id>/items/<uuid:item_id>", api.ReviewMinutes.as_view(), name="review_item"),
    path("reviews/<uuid:review_id>/actions", api.ActionsOfReview.as_view(), name="review_actions"),
    path("reviews/<uuid:review_id>/calendar", api.ReviewCalendar.as_view(), name="review_calendar"),
    path("reviews/<uuid:review_id>/minutes", api.ReviewPaper.as_view(), name="review_minutes"),
    path("review-actions", api.ReviewActions.as_view(), name="actions_of_reviews"),
    path("review-actions/<uuid:action_id>/completion", api.ActionCompletion.as_view(), name="action_completion"),
    path("review-actions/<uuid:action_id>/dropping", api.ActionDropping.as_view(), name="action_dropping"),
    path("review-actions/<uuid:action_id>/carrying", api.ActionCarrying.as_view(), name="action_carrying"),
]
