"""The addresses of insights, each named by its key."""

from django.urls import path

from sharingvalue.base import addresses

from . import views

addresses.register()

P = "projects/<reference:reference>/use/"

urlpatterns = [
    path(P, views.project_use, name="project.use"),
    path(P + "outputs/add/", views.output_add, name="output.add"),
    path(P + "outputs/<int:pk>/", views.output_preview, name="output.preview"),
    path(P + "outputs/<int:pk>/edit/", views.output_edit, name="output.edit"),
    path(P + "outputs/<int:pk>/share/", views.output_share, name="output.share"),
    path(P + "outputs/<int:pk>/submit/", views.output_submit, name="output.submit"),
    path(P + "outputs/<int:pk>/take-back/", views.output_take_back, name="output.take_back"),
    path(P + "outputs/<int:pk>/return/", views.output_return, name="output.return"),
    path(P + "outputs/<int:pk>/release/", views.output_release, name="output.release"),
    path(P + "outputs/<int:pk>/file/", views.file_download, name="file.download"),
    path("insights/", views.insight_list, name="insight.list"),
    path("insights/<slug:slug>/", views.insight_view, name="insight.view"),
    path("insights/<slug:slug>/file/", views.insight_download, name="insight.download"),
    path("insights/<slug:slug>/withdraw/", views.output_withdraw, name="output.withdraw"),
    path("shared-with-me/", views.shared_view, name="shared.view"),
]
