"""The outcomes of an import: refusals, notes, and the report of their numbers."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum


class Refusal(StrEnum):
    """The reasons for which an account is not moved."""

    EXPIRED = "expired"
    UNCONFIRMED = "unconfirmed"
    BLOCKED = "blocked"
    WITHOUT_CONSENT = "without-consent"
    ADDRESS_INVALID = "address-invalid"
    ADDRESS_TAKEN = "address-taken"
    UNREADABLE = "unreadable"


class Note(StrEnum):
    """The differences of an account that is moved."""

    RENAMED = "renamed"
    WITHOUT_PASSWORD = "without-password"  # noqa: S105  a word of the report
    SECOND_FACTOR = "second-factor"
    RESTRICTED = "restricted"
    OPEN_DATA = "open-data"
    PROFILE_INCOMPLETE = "profile-incomplete"
    SETS_LEFT_OUT = "sets-left-out"
    MEASUREMENTS_LEFT_OUT = "measurements-left-out"


EXPLANATIONS: dict[Refusal | Note, str] = {
    Refusal.EXPIRED: "whose 12 months since the last login are over",
    Refusal.UNCONFIRMED: "whose address was never confirmed",
    Refusal.BLOCKED: "whom the old site had blocked",
    Refusal.WITHOUT_CONSENT: "who did not agree that the old site processes their account",
    Refusal.ADDRESS_INVALID: "whose address is none, or can't be written to",
    Refusal.ADDRESS_TAKEN: "whose address has an account here",
    Refusal.UNREADABLE: "that do not decrypt under the key, or are damaged",
    Note.RENAMED: "with another username, since theirs is taken or refused here: a mail tells them",
    Note.WITHOUT_PASSWORD: "without a password that can be verified: a mail signs them in",
    Note.SECOND_FACTOR: "that had a second factor: here their password alone signs in",
    Note.RESTRICTED: "that had processing restricted, and still have",
    Note.OPEN_DATA: "that had agreed to the old site's open data: here they are asked anew",
    Note.PROFILE_INCOMPLETE: "that lost a bio or social account that is refused here",
    Note.SETS_LEFT_OUT: "that lost sets: unreadable, empty, not agreed to, or more than an account can have",
    Note.MEASUREMENTS_LEFT_OUT: "that lost single measurements: unknown, or out of range",
}


@dataclass(slots=True)
class ImportReport:
    """The numbers of an import, and the records that each refusal and note concerns."""

    imported: int = 0
    models: int = 0
    skipped: int = 0
    records: dict[Refusal | Note, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def looked_at(self) -> int:
        """Return how many accounts were looked at."""
        refused = sum(len(self.records[each]) for each in Refusal if each in self.records)
        return self.imported + self.skipped + refused

    def add_notes(self, record: int, notes: frozenset[Note]) -> None:
        """Add the notes of an account that is moved."""
        for note in sorted(notes):
            self.records[note].append(record)

    def list_lines(self) -> list[tuple[int, str]]:
        """Return each record with each refusal and note, in the order of the records."""
        return sorted((record, str(why)) for why, found in self.records.items() for record in found)
