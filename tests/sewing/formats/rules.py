"""Checks for the rules of Seamly2D's schema 0.3.4 and Valentina's 0.5.2.

The facts were read from the schemas that both publish with their sources; no text is theirs.
"""

import re
import xml.etree.ElementTree as ET
from datetime import date

ROOT_ORDER = [
    "version",
    "read-only",
    "notes",
    "unit",
    "pm_system",
    "personal",
    "body-measurements",
]
PERSON = ["birth-date", "gender", "email"]
PERSONAL_ORDER = {
    "smis": ["family-name", "given-name", *PERSON],
    "vit": ["customer", *PERSON],
}
ATTRIBUTES = {
    "smis": {"name", "value", "full_name", "description"},
    "vit": {
        "name",
        "value",
        "full_name",
        "description",
        "specialUnits",
        "dimension",
        "type",
    },
}
NEWEST_READ = {"smis": (0, 3, 4), "vit": (0, 5, 2)}
# No digit and no apostrophe begins a name, and nothing of a formula is in one.
NEVER_IN_NAMES = re.compile("""[\\s*/&|!<>^()+.,=?:;"\\\\\\-\u2013\u2212\u066b\u066c\u2019]""")
NEVER_FIRST = re.compile(r"[\d']")
# What its programs can work out: digits and a point, no exponent.
PLAIN = re.compile(r"\d+(\.\d+)?")


def find_violations(document: bytes) -> list[str]:
    """Return the rules that the file breaks."""
    root = ET.fromstring(document)
    texts = {child.tag: child.text or "" for child in root}
    personal, body = root.find("personal"), root.find("body-measurements")
    if root.tag not in PERSONAL_ORDER or personal is None or body is None:
        return ["root"]
    version = tuple(int(part) for part in texts["version"].split("."))
    names = [m.get("name", "") for m in body]
    person = {child.tag: child.text or "" for child in personal}
    rules = {
        "root order": [child.tag for child in root] == ROOT_ORDER,
        "personal order": [child.tag for child in personal] == PERSONAL_ORDER[root.tag],
        "version": version == NEWEST_READ[root.tag],
        "read-only": texts["read-only"] in {"true", "false"},
        "unit": texts["unit"] in {"mm", "cm", "inch"},
        "system": re.fullmatch(r"[0-9]|[1-4][0-9]|5[0-4]|998", texts["pm_system"]) is not None,
        "birth_date": date.fromisoformat(person.pop("birth-date")) == date(1800, 1, 1),
        "gender": person.pop("gender") == "unknown",
        "nobody": not any(person.values()),
        "only m": {child.tag for child in body} <= {"m"} and not any(len(m) for m in body),
        "attributes": all(set(m.attrib) <= ATTRIBUTES[root.tag] for m in body),
        "needed": all({"name", "value"} <= set(m.attrib) for m in body),
        "unique": len(set(names)) == len(names),
        "names": all(names) and not any(NEVER_IN_NAMES.search(name) for name in names),
        "first": not any(NEVER_FIRST.match(name) for name in names),
        "values": all(PLAIN.fullmatch(m.get("value", "")) for m in body),
        "special units": all(m.get("specialUnits", "true") in {"true", "false"} for m in body),
    }
    return [rule for rule, holds in rules.items() if not holds]
