"""What everybody may read."""

from dataclasses import replace
from email.message import EmailMessage

from dressform.crypto.mail_ids import MAIL_ID_LENGTH
from dressform.repositories.editions import Editions
from tests.bench.load import Request
from tests.bench.members import Members
from tests.bench.prepared.preparing import Prepared, Sequences, public
from tests.helpers.bounces import make_report, sign
from tests.helpers.editions import EDITION, PEOPLE, publish_edition

DATASET = "/v1/dataset"
OF_EDITION = f"{DATASET}/editions/{EDITION.name}"
FILE = f"{OF_EDITION}/files/people.csv"
BODY = {"breasts": True, "measurements": {"neck": "38,5 cm", "chest": 921, "waist": 745}}


def of_edition(method: str, path: str, note: str = "") -> Prepared:
    """Prepare a request for something of an edition, which is published unless it is there."""

    async def make(members: Members, number: int) -> Sequences:
        uow = members.uows.read()
        is_there = any(each.name == EDITION.name for each in await Editions(uow).list_all())
        if not is_there:
            await publish_edition(members.uows)
        return [[Request(method, path)]] * number

    return Prepared(make, note=note)


async def _report_bounce(members: Members, number: int) -> Sequences:
    message = EmailMessage()
    message["To"], message["Message-ID"] = (
        "ada@example.org",
        f"<{'a' * MAIL_ID_LENGTH}@example.org>",
    )
    body = make_report(message)
    headers = sign(body, members.uows.clock())
    return [[Request("POST", "/v1/mail/bounces", headers, body)]] * number


_AUDITED = "what the audit finds is kept for a minute"

PUBLIC = {
    "list_measurements": public("GET", "/v1/measurements"),
    "check_measurements": public("POST", "/v1/measurements/check", BODY),
    "estimate_measurements": public("POST", "/v1/measurements/estimates", BODY),
    "read_measurement": public("GET", "/v1/measurements/chest"),
    "read_notice": public("GET", "/v1/privacy/notice"),
    "read_status": replace(public("GET", "/v1/privacy/status"), note=_AUDITED),
    "read_dataset": of_edition("GET", DATASET),
    "read_edition": of_edition("GET", OF_EDITION),
    "read_edition_file": of_edition("GET", FILE, f"a file of {len(PEOPLE) / 1e6:.1f} MB"),
    "head_edition_file": of_edition("HEAD", FILE),
    "read_jwks": public("GET", "/.well-known/jwks.json"),
    "get_liveness": public("GET", "/health/live"),
    "get_readiness": public("GET", "/health/ready"),
    "read_retention": replace(public("GET", "/health/retention"), note=_AUDITED),
    "report_bounce": Prepared(
        _report_bounce, 204, only_reads=True, note="the report of a mail that is not ours"
    ),
    "read_metrics": replace(public("GET", "/metrics"), note=_AUDITED),
}
