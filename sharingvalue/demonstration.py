"""The nine sign-ins of the demonstration, and the letters it does not send."""

#: Password of all of them; they exist only where DEMO=1 loaded them.
PASSWORD = "kia-ora-demo"  # noqa: S105 (made known on the sign-in page, and good for nothing elsewhere)

PEOPLE = [
    {"email": "lead@demo.example", "label": "Lead", "part": "agency staff"},
    {"email": "planner@demo.example", "label": "Planner", "part": "agency staff"},
    {"email": "provider@demo.example", "label": "Provider", "part": "contributor"},
    {"email": "panel@demo.example", "label": "Lived-experience panel", "part": "contributor"},
    {"email": "partner@demo.example", "label": "Decision partner", "part": "Whānau navigators"},
    {"email": "reviewer@demo.example", "label": "Safety reviewer", "part": "Safe at home"},
    {"email": "funder@demo.example", "label": "Funder", "part": "reader"},
    {"email": "outsider@demo.example", "label": "Newcomer", "part": "takes part in nothing yet"},
    {"email": "admin@demo.example", "label": "Administrator", "part": "organisations and people"},
]
EMAILS = {person["email"] for person in PEOPLE}
