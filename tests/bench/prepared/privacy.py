"""A member's own data and consents, and what operators read."""

from tests.bench.load import Request
from tests.bench.members import Members
from tests.bench.prepared.preparing import STORED, Prepared, Sequences
from tests.helpers.consents import AGREED, CONSENT, CONSENTS


async def export_account(members: Members, number: int) -> Sequences:
    made = await members.add(number, models=1, pictures=True)
    return [[Request("GET", "/v1/privacy/export", member.headers)] for member in made]


async def list_consents(members: Members, number: int) -> Sequences:
    return [[Request("GET", CONSENTS, member.headers)] for member in await members.add(number)]


async def set_open_dataset_consent(members: Members, number: int) -> Sequences:
    return [
        [Request.with_json("PUT", CONSENT, AGREED, member.headers)]
        for member in await members.add(number)
    ]


async def search_access_log(members: Members, number: int) -> Sequences:
    path = "/v1/operations/requests?purpose=error&reason=Measuring+the+service&limit=20"
    made = await members.add(number, operator=True)
    return [[Request("GET", path, member.headers)] for member in made]


async def list_access_log_audit(members: Members, number: int) -> Sequences:
    path = "/v1/operations/lookups"
    made = await members.add(number, operator=True)
    return [[Request("GET", path, member.headers)] for member in made]


PRIVACY = {
    "export_account": Prepared(export_account, note="of one model and two pictures"),
    "list_consents": Prepared(list_consents),
    "set_open_dataset_consent": Prepared(
        set_open_dataset_consent,
        once=STORED,
        note="each the first agreement of another account; its token was not seen before",
    ),
    "search_access_log": Prepared(
        search_access_log, note="20 records; each answer adds one of its own"
    ),
    "list_access_log_audit": Prepared(list_access_log_audit),
}
