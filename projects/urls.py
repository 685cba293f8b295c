"""The addresses of projects. Each is named by its key: the rule, the action and the line of history bear the same."""

from django.urls import path

from sharingvalue.base import addresses

from .views import information, people, project, summaries, talk

addresses.register()

P = "projects/<reference:reference>/"

urlpatterns = [
    path("projects/", project.project_list, name="project.list"),
    path("projects/new/", project.project_start, name="project.start"),
    path(P, project.project_view, name="project.view"),
    path(P + "idea/", project.project_idea, name="project.idea"),
    path(P + "edit/", project.project_edit, name="project.edit"),
    path(P + "history/", project.history_view, name="history.view"),
    path(P + "people/", people.project_people, name="project.people"),
    path(P + "people/invite/", people.participant_invite, name="participant.invite"),
    path(P + "people/<int:pk>/edit/", people.participant_edit, name="participant.edit"),
    path(P + "people/<int:pk>/part/", people.participant_role, name="participant.role"),
    path(P + "people/<int:pk>/remove/", people.participant_remove, name="participant.remove"),
    path(P + "people/<int:pk>/leave/", people.participant_leave, name="participant.leave"),
    path(P + "information/", information.project_information, name="project.information"),
    path(P + "information/purposes/add/", information.purpose_add, name="purpose.add"),
    path(P + "information/purposes/<int:pk>/", information.purpose_view, name="purpose.view"),
    path(P + "information/purposes/<int:pk>/edit/", information.purpose_edit, name="purpose.edit"),
    path(P + "information/purposes/<int:pk>/move/", information.purpose_move, name="purpose.move"),
    path(P + "information/purposes/<int:pk>/remove/", information.purpose_remove, name="purpose.remove"),
    path(P + "information/purposes/<int:pk>/restore/", information.purpose_restore, name="purpose.restore"),
    path(P + "information/purposes/<int:pk>/comment/", talk.comment_add, name="comment.add"),
    path(P + "talk/<uuid:pk>/", talk.talk_view, name="talk.view"),
    path(P + "talk/<uuid:pk>/reply/", talk.comment_reply, name="comment.reply"),
    path(P + "talk/<uuid:pk>/resolve/", talk.thread_resolve, name="thread.resolve"),
    path(P + "talk/<uuid:pk>/reopen/", talk.thread_reopen, name="thread.reopen"),
    path(P + "talk/<uuid:pk>/read/", talk.thread_read, name="thread.read"),
    path(P + "comments/<uuid:pk>/edit/", talk.comment_edit, name="comment.edit"),
    path(P + "comments/<uuid:pk>/withdraw/", talk.comment_withdraw, name="comment.withdraw"),
    path(P + "summaries/", summaries.summary_list, name="summary.list"),
    path(P + "summaries/ask/", summaries.summary_ask, name="summary.ask"),
    path(P + "summaries/<int:pk>/", summaries.summary_view, name="summary.view"),
    path(P + "summaries/<int:pk>/download/", summaries.summary_download, name="summary.download"),
    path(P + "summaries/<int:pk>/share/", summaries.summary_share, name="summary.share"),
    path(P + "summaries/links/<int:pk>/revoke/", summaries.summary_revoke, name="summary.revoke"),
    path("shared/<str:token>/", summaries.summary_open, name="summary.open"),
]
