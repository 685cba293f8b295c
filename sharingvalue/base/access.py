"""The one door: who may see and do what.

Apps add to RULES (in their policies.py) what each action needs; this module asks guardian's rows, and only them:
being superuser opens nothing. It is the only module that reads or writes those rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from guardian.core import ObjectPermissionChecker
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

#: Rights that are not rows: nobody needs to sign in; somebody did; somebody administers the site.
ANYONE = "anyone"
SIGNED_IN = "signed in"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Ask:
    """One question to the door: may this person do this to this thing?

    `held` are the codenames that guardian's rows give `user` on the thing's root (its project).
    """

    user: Any
    thing: Any
    held: frozenset[str]

    def has(self, right: str) -> bool:
        """Whether the person holds `right`: a codename with its app ("projects.view_project") or one of the words above."""
        if right == ANYONE:
            return True
        if not self.user.is_authenticated or not self.user.is_active:
            return False
        if right == SIGNED_IN:
            return True
        if right == ADMINISTRATOR:
            return bool(self.user.is_administrator)
        return right.rpartition(".")[2] in self.held

    def any_of(self, rights: tuple[str, ...]) -> bool:
        """Whether the person holds one of `rights`."""
        return any(self.has(right) for right in rights)


#: A refusal: gives a sentence for people, or "" when it does not stand.
Refusal = Callable[[Ask], str]
#: Whether this person may know that this thing exists at all.
Knows = Callable[[Ask], bool]


@dataclass(frozen=True)
class Rule:
    """What an action needs (one of these rights), and what forbids it all the same.

    `knows` says who may know of the thing: everybody else gets 404 and never 403.
    """

    needs: str | tuple[str, ...]
    unless: tuple[Refusal, ...] = ()
    knows: str | tuple[str, ...] | Knows = "projects.view_project"

    def allows(self, ask: Ask) -> bool:
        """Whether the right itself is held, whatever refusal may stand."""
        return ask.any_of((self.needs,) if isinstance(self.needs, str) else self.needs)

    def known(self, ask: Ask) -> bool:
        """Whether the person may know of the thing."""
        if callable(self.knows):
            return self.knows(ask)
        return ask.any_of((self.knows,) if isinstance(self.knows, str) else self.knows)


#: The law: every action by its key. An unknown key raises, so it fails closed.
RULES: dict[str, Rule] = {}

#: What to say to somebody who may see the thing and lacks the right; apps add their own.
WHY: dict[str, str] = {
    SIGNED_IN: "Sign in first.",
    ADMINISTRATOR: "Only an administrator of this site can do this.",
}


def held(user: Any, root: Model | None) -> frozenset[str]:
    """The codenames that rows give `user`, directly or through organisations, on `root`. One query."""
    if root is None or root.pk is None or not user.is_authenticated or not user.is_active:
        return frozenset()
    checker = ObjectPermissionChecker(user)
    # Not checker.has_perm: it says yes to every superuser.
    own: Any = checker.get_user_perms(root).order_by()
    return frozenset(own.union(checker.get_group_perms(root).order_by()))


def visible(things: QuerySet, user: Any, codename: str) -> QuerySet:
    """Those of `things` (of a model that has permission rows) on which `user` holds `codename`; no query yet."""
    if not user.is_authenticated or not user.is_active:
        return things.none()
    return things.filter(pk__in=ids_held(things.model, user, codename))


def ids_held(model: type[Model], user: Any, codename: str) -> QuerySet:
    """The ids of rows of `model` on which `user` holds `codename`, as a subquery.

    A union of two indexed look-ups and not an OR over the whole table: its cost follows what the person
    takes part in, not how many projects there are.
    """
    by_user: Any = get_user_obj_perms_model(model)  # type: ignore[arg-type]  # A model does as well as a row of it.
    by_group: Any = get_group_obj_perms_model(model)  # type: ignore[arg-type]
    own = by_user.objects.filter(user=user, permission__codename=codename)
    through = by_group.objects.filter(group__in=user.groups.all(), permission__codename=codename)
    return own.order_by().values("content_object_id").union(through.order_by().values("content_object_id"))


def asking(user: Any, thing: Any, cache: dict | None = None) -> Ask:
    """The question of `user` about `thing` (any action), with what the rows say; `cache` keeps it per root."""
    root = getattr(thing, "access_root", None)
    key = (type(root), root.pk) if root is not None else None
    if cache is None:
        return Ask(user, thing, held(user, root))
    if key not in cache:
        cache[key] = held(user, root)
    return Ask(user, thing, cache[key])


def refusal(key: str, ask: Ask) -> str | None:
    """None when allowed; otherwise the reason in a sentence, or "" when the person may not know of the thing.

    Raises KeyError for an action that no app has named.
    """
    rule = RULES[key]
    if not rule.known(ask):
        return ""
    if not rule.allows(ask):
        needs = (rule.needs,) if isinstance(rule.needs, str) else rule.needs
        return " ".join(WHY[right] for right in needs[:1])
    for refuse in rule.unless:
        if reason := refuse(ask):
            return reason
    return None


def _cache(request: HttpRequest) -> dict:
    return request.__dict__.setdefault("_held", {})


def access(request: HttpRequest, key: str, things: QuerySet | None = None, **lookup: Any) -> Any:
    """Give the one of `things` that `lookup` names, if this request's person may do `key` to it.

    Raises Http404 to those who may not know of the thing (or when there is none), PermissionDenied with the
    reason to those who may see it.
    """
    if key not in RULES:
        raise KeyError(key)
    thing = None
    if things is not None:
        try:
            thing = things.get(**lookup)
        except (things.model.DoesNotExist, ValueError, TypeError) as error:
            raise Http404 from error
    reason = refusal(key, asking(request.user, thing, _cache(request)))
    if reason is None:
        return thing
    if not reason:
        raise Http404
    raise PermissionDenied(reason)


@dataclass
class May(Mapping[str, bool]):
    """What the person may do to a thing, for templates: `can.purpose_edit` asks "purpose.edit".

    All answers come from one reading of the rows.
    """

    ask: Ask
    known: dict[str, bool] = field(default_factory=dict)

    def __getitem__(self, name: str) -> bool:
        if name not in self.known:
            self.known[name] = refusal(name.replace("_", ".", 1), self.ask) is None
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(RULES)

    def __len__(self) -> int:
        return len(RULES)


def may(request: HttpRequest, thing: Any) -> May:
    """What this request's person may do to `thing`; no further query once the rows of its root are read."""
    return May(asking(request.user, thing, _cache(request)))


# --- Writing the rows ---

Holder = tuple[str, int]  # ("user", id) or ("group", id)


def rows_of(root: Model) -> dict[Holder, set[str]]:
    """Who holds what on `root` according to guardian's rows."""
    found: dict[Holder, set[str]] = {}
    for kind, model in _models(root):
        rows = model.objects.filter(content_object=root).values_list(f"{kind}_id", "permission__codename")
        for pk, codename in rows:
            found.setdefault((kind, pk), set()).add(codename)
    return found


def set_rows(root: Model, wanted: Mapping[Holder, Iterable[str]]) -> None:
    """Make guardian's rows on `root` say exactly `wanted`, in the caller's transaction or one of its own."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    kind_of_root = ContentType.objects.get_for_model(type(root))
    ids = dict(Permission.objects.filter(content_type=kind_of_root).values_list("codename", "id"))
    with transaction.atomic():
        now = rows_of(root)
        for kind, model in _models(root):
            for holder in {holder for holder in (*now, *wanted) if holder[0] == kind}:
                has, should = now.get(holder, set()), set(wanted.get(holder, ()))
                if gone := has - should:
                    model.objects.filter(
                        content_object=root,
                        permission_id__in=[ids[c] for c in gone],
                        **{f"{kind}_id": holder[1]},
                    ).delete()
                model.objects.bulk_create(
                    model(content_object=root, permission_id=ids[codename], **{f"{kind}_id": holder[1]})
                    for codename in sorted(should - has)
                )


def _models(root: Model) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return ("user", get_user_obj_perms_model(root)), ("group", get_group_obj_perms_model(root))
