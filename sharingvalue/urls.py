"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from . import views

handler403 = views.forbidden

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("about/your-information/", views.your_information, name="your_information"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("demo/mail/", views.demo_mail, name="demo_mail"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    # One way in for everybody: the administration has no sign-in of its own.
    path("admin/login/", views.admin_door),
    # Django's "view on site" would lead an administrator to plans they do not know of.
    path("admin/r/<path:rest>", views.nowhere),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("", include("stakeholders.urls")),
    path("", include("insights.urls")),
    path("", include("projects.urls")),
]
