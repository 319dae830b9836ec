"""Addresses of arbitration under /o/<organisation>/ and /api/v1/."""

from django.urls import path

from arbitration import api, views

app_name = "arbitration"

urlpatterns = [
    path("cases/", views.docket, name="docket"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/statement/", views.statement, name="statement"),
    path("cases/<uuid:case_id>/ruling/", views.rule, name="rule"),
    path("cases/<uuid:case_id>/withdrawal/", views.withdraw, name="withdraw"),
    path("cases/<uuid:case_id>/correction/", views.correct, name="correct"),
    path("cases/<uuid:case_id>/vote/", views.vote, name="vote"),
    path("cases/<uuid:case_id>/note/", views.note, name="note"),
    path("cases/<uuid:case_id>/recusal/", views.recuse, name="recuse"),
    path("cases/<uuid:case_id>/move/", views.move, name="move"),
    path("cases/<uuid:case_id>/ruling.pdf", views.ruling_paper, name="ruling_paper"),
    path("cases/<uuid:case_id>/files/", views.files, name="case_files"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/", views.file, name="case_file"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/withdrawal/", views.file_withdraw, name="case_file_withdraw"),
    path("board/figures/", views.figures, name="figures"),
    path("board/sittings/", views.sittings, name="sittings"),
    path("board/sittings/<uuid:sitting_id>/", views.sitting, name="sitting"),
    path("board/sittings/<uuid:sitting_id>/docket/", views.sitting_act, name="sitting_act"),
    path("board/sittings/<uuid:sitting_id>/room/", views.sitting_room, name="sitting_room"),
    path("board/sittings/<uuid:sitting_id>/calendar.ics", views.sitting_calendar, name="sitting_calendar"),
    path("rulings/<uuid:precedent_id>/amendment/", views.amend, name="amend"),
    path("settings/board/", views.board, name="board"),
    path("settings/board/<uuid:seat_id>/end/", views.seat_end, name="seat_end"),
    path("handovers/<uuid:handover_id>/appeal/", views.appeal, name="appeal"),
    path("rulings/", views.rulings, name="rulings"),
    path("rulings/on/", views.rulings_on, name="rulings_on"),
]

api_urlpatterns = [
    path("handovers/<uuid:handover_id>/appeal", api.Appeal.as_view(), name="handover_appeal"),
    path("cases", api.Cases.as_view(), name="cases"),
    path("cases/<uuid:case_id>", api.OneCase.as_view(), name="case"),
    path("cases/<uuid:case_id>/statements", api.Statements.as_view(), name="case_statements"),
    path("cases/<uuid:case_id>/ruling", api.CaseRuling.as_view(), name="case_ruling"),
    path("cases/<uuid:case_id>/withdrawal", api.Withdrawal.as_view(), name="case_withdrawal"),
    path("cases/<uuid:case_id>/correction", api.CaseCorrection.as_view(), name="case_correction"),
    path("cases/<uuid:case_id>/votes", api.Votes.as_view(), name="case_votes"),
    path("cases/<uuid:case_id>/notes", api.Notes.as_view(), name="case_notes"),
    path("cases/<uuid:case_id>/recusals", api.Recusals.as_view(), name="case_recusals"),
    path("cases/<uuid:case_id>/stage", api.StageOf.as_view(), name="case_stage"),
    path("cases/<uuid:case_id>/ruling.pdf", api.RulingPaper.as_view(), name="case_ruling_paper"),
    path("cases/<uuid:case_id>/files", api.CaseFiles.as_view(), name="case_files"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>", api.OneCaseFile.as_view(), name="case_file"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/file", api.CaseFileContent.as_view(), name="case_file_content"),
    path("board/figures", api.BoardFigures.as_view(), name="board_figures"),
    path("sittings", api.Sittings.as_view(), name="sittings"),
    path("sittings/<uuid:sitting_id>", api.OneSitting.as_view(), name="sitting"),
    path("sittings/<uuid:sitting_id>/docket", api.SittingDocket.as_view(), name="sitting_docket"),
    path("sittings/<uuid:sitting_id>/end", api.SittingEnd.as_view(), name="sitting_end"),
    path("sittings/<uuid:sitting_id>/calendar.ics", api.SittingCalendar.as_view(), name="sitting_calendar"),
    path("amendments", api.Amendments.as_view(), name="amendments"),
    path("amendments/preview", api.AmendmentPreviews.as_view(), name="amendment_preview"),
    path("board/seats", api.Seats.as_view(), name="board_seats"),
    path("board/seats/<uuid:seat_id>", api.OneSeat.as_view(), name="board_seat"),
    path("precedents", api.Precedents.as_view(), name="precedents"),
    path("precedents/<uuid:precedent_id>", api.OnePrecedent.as_view(), name="precedent"),
    path("rulings", api.Rulings.as_view(), name="rulings"),
    path("rulings/similar", api.SimilarRulings.as_view(), name="rulings_similar"),
]
