"""Signing in, and one's own account; allauth's views at our own addresses, under the names it looks for."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from . import views

public = login_not_required

urlpatterns = [
    path("sign-in/", public(allauth_views.login), name="account_login"),
    path("sign-in/code/", public(allauth_views.request_login_code), name="account_request_login_code"),
    path(
        "sign-in/code/confirm/", public(allauth_views.confirm_login_code), name="account_confirm_login_code"
    ),
    path("sign-in/forgotten/", public(allauth_views.password_reset), name="account_reset_password"),
    path(
        "sign-in/forgotten/sent/",
        public(allauth_views.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(allauth_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/forgotten/done/",
        public(allauth_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("sign-in/closed/", public(allauth_views.account_inactive), name="account_inactive"),
    path("sign-up/", public(allauth_views.signup), name="account_signup"),
    path("sign-out/", public(allauth_views.logout), name="account_logout"),
    path("account/", views.account_edit, name="account"),
    path("account/email/", views.signed_in_lately(allauth_views.email), name="account_email"),
    path(
        "account/email/sent/",
        public(allauth_views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    re_path(
        r"^account/email/(?P<key>[-:\w]+)/$",
        public(allauth_views.confirm_email),
        name="account_confirm_email",
    ),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path(
        "account/password/set/",
        views.signed_in_lately(allauth_views.password_set),
        name="account_set_password",
    ),
    path("account/check/", allauth_views.reauthenticate, name="account_reauthenticate"),
]
