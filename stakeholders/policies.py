"""Who may do what with people and organisations."""

from collections.abc import Callable

from sharingvalue.base.access import ADMINISTRATOR, RULES, SIGNED_IN, Ask, Rule

#: Sentences of higher apps that forbid a person to belong to an organisation: (user, organisation) -> reason or "".
AFFILIATION_REFUSALS: list[Callable[[object, object], str]] = []


def anybody(ask: Ask) -> bool:
    """Nothing to hide: the page is the person's own."""
    return True


RULES |= {
    "account.edit": Rule(SIGNED_IN, knows=anybody),
    "register.keep": Rule(ADMINISTRATOR, knows=ADMINISTRATOR),
}
