"""What administrators keep: people, organisations, and who belongs where. No plan, comment, output or file."""

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from sharingvalue.base.access import asking, refusal

from . import actions
from .models import Affiliation, Organisation, User

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
admin.site.site_header = admin.site.site_title = "Sharing Value: administration"
admin.site.index_title = "People and organisations"


class ByAdministrators(admin.ModelAdmin):
    """Administrators may see, add and change; nothing is deleted that history names."""

    def has_module_permission(self, request):
        return refusal("register.keep", asking(request.user, None)) is None

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    has_add_permission = has_module_permission

    def has_change_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def log_addition(self, request, obj, message):
        """Our own history keeps it."""

    log_change = log_addition


class PersonForm(forms.ModelForm):
    """A person's account, as an administrator keeps it."""

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_administrator"]

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()


@admin.register(User)
class UserAdmin(ByAdministrators):
    """People with accounts."""

    form = PersonForm
    list_display = ["name", "email", "is_active", "is_administrator"]
    search_fields = ["name", "email"]

    def get_readonly_fields(self, request, obj=None):
        # The address is the login: only its owner changes it, by a mail to the new one.
        return ["email"] if obj else []

    def save_model(self, request, obj, form, change):
        if change:
            actions.person_edit(obj, form.changed_data, by=request.user)
        else:
            user, _made = actions.person_add(
                obj.email,
                obj.name,
                by=request.user,
                is_administrator=obj.is_administrator,
                is_active=obj.is_active,
            )
            obj.pk = user.pk
            actions.person_welcome(user, by=request.user)


@admin.register(Organisation)
class OrganisationAdmin(ByAdministrators):
    """Organisations and groups."""

    list_display = ["name", "kind", "regions"]
    list_filter = ["kind"]
    search_fields = ["find"]

    def save_model(self, request, obj, form, change):
        actions.organisation_edit(obj, by=request.user)


class AffiliationForm(forms.ModelForm):
    """Who belongs where; `by` is the administrator who says so."""

    by: User

    class Meta:
        model = Affiliation
        fields = ["user", "organisation"]

    def clean(self):
        cleaned = super().clean()
        user, organisation = cleaned.get("user"), cleaned.get("organisation")
        if user and organisation and (reason := actions.affiliation_refused(user, organisation, self.by)):
            raise ValidationError(reason)
        return cleaned


@admin.register(Affiliation)
class AffiliationAdmin(ByAdministrators):
    """Only an administrator says who belongs to an organisation."""

    form = AffiliationForm
    list_display = ["user", "organisation", "since"]
    list_select_related = ["user", "organisation"]
    autocomplete_fields = ["user", "organisation"]
    actions = ["end"]

    def has_change_permission(self, request, obj=None):
        # Changing one would move somebody silently: end it and add another.
        return obj is None and self.has_module_permission(request)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return type(
            "AffiliationForm", (super().get_form(request, obj, change, **kwargs),), {"by": request.user}
        )

    def save_model(self, request, obj, form, change):
        obj.pk = actions.affiliation_add(obj.user, obj.organisation, by=request.user).pk

    @admin.action(description="End the selected affiliations", permissions=["view"])
    def end(self, request, queryset):
        for affiliation in queryset.select_related("user", "organisation"):
            actions.affiliation_remove(affiliation, by=request.user)
        messages.success(request, "Ended. Their organisation's parts in projects end for them at once.")
