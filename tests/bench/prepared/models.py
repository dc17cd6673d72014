"""Models of all measurements, their files and avatars."""

from dressform.sewing.formats import Format, ImportedBody, serialize
from tests.bench.load import Request
from tests.bench.members import BODY, MEASUREMENTS, BenchMember, Members
from tests.bench.prepared.preparing import MAX_CONNECTIONS, STORED, Prepared, Sequences
from tests.bench.prepared.profiles import JPEG

MODELS_PATH = "/v1/models"
SMIS = serialize(Format.SMIS, ImportedBody(BODY.measurements, BODY.breasts))


async def list_models(members: Members, number: int) -> Sequences:
    made = await members.add(number, models=3)
    return [[Request("GET", MODELS_PATH, member.headers)] for member in made]


async def create_model(members: Members, number: int) -> Sequences:
    payload = {"name": "Me", "breasts": True, "measurements": MEASUREMENTS}
    return [
        [Request.with_json("POST", MODELS_PATH, payload, member.headers)]
        for member in await _in_turn(members, number)
    ]


async def import_model_file(members: Members, number: int) -> Sequences:
    return [
        [
            Request(
                "POST",
                f"{MODELS_PATH}/import?format=smis",
                {**member.headers, "Content-Type": "application/xml"},
                SMIS,
            )
        ]
        for member in await _in_turn(members, number)
    ]


async def read_model(members: Members, number: int) -> Sequences:
    return await _get("", members, number)


async def export_model(members: Members, number: int) -> Sequences:
    return await _get("/export?format=smis", members, number)


async def read_warnings(members: Members, number: int) -> Sequences:
    return await _get("/warnings", members, number)


async def get_model_silhouette(members: Members, number: int) -> Sequences:
    return await _get("/silhouette.svg", members, number)


async def read_avatar(members: Members, number: int) -> Sequences:
    return await _get("/avatar", members, number)


async def create_avatar_address(members: Members, number: int) -> Sequences:
    return await _get("/avatar/address", members, number)


async def change_model(members: Members, number: int) -> Sequences:
    return [
        [
            Request.with_json(
                "PATCH", _path(member), {"measurements": {"neck": neck}}, member.headers
            )
            for neck in ("38,5 cm", "39 cm")
        ]
        for member in await members.add(number, models=1)
    ]


async def duplicate_model(members: Members, number: int) -> Sequences:
    made = await members.add(min(number, MAX_CONNECTIONS), models=1)
    return [
        [
            Request.with_json(
                "POST", f"{_path(made[turn % len(made)])}/copy", {}, made[turn % len(made)].headers
            )
        ]
        for turn in range(number)
    ]


async def put_avatar(members: Members, number: int) -> Sequences:
    return [
        [
            Request(
                "PUT",
                f"{_path(member)}/avatar",
                {**member.headers, "Content-Type": "image/jpeg"},
                JPEG,
            )
        ]
        for member in await members.add(number, models=1)
    ]


async def delete_model(members: Members, number: int) -> Sequences:
    return await _delete("", members, number, pictures=False)


async def delete_avatar(members: Members, number: int) -> Sequences:
    return await _delete("/avatar", members, number, pictures=True)


def _path(member: BenchMember, turn: int = 0) -> str:
    return f"{MODELS_PATH}/{member.models[turn]}"


async def _get(what: str, members: Members, number: int) -> Sequences:
    made = await members.add(number, models=1, pictures=True)
    return [[Request("GET", f"{_path(member)}{what}", member.headers)] for member in made]


async def _delete(what: str, members: Members, number: int, *, pictures: bool) -> Sequences:
    each = -(-number // MAX_CONNECTIONS)
    made = await members.add(min(number, MAX_CONNECTIONS), models=each, pictures=pictures)
    return [
        [Request("DELETE", f"{_path(member, turn)}{what}", member.headers)]
        for turn in range(each)
        for member in made
    ][:number]


async def _in_turn(members: Members, number: int) -> list[BenchMember]:
    """Return members in turns: no account takes more than 100 models."""
    made = await members.add(min(number, MAX_CONNECTIONS))
    return [made[turn % len(made)] for turn in range(number)]


MODELS = {
    "export_model": Prepared(export_model),
    "import_model_file": Prepared(
        import_model_file,
        once=1000,
        connections=8,
        note="16 models an account at most; 8 connections: one process reads files, more than nine at once is a 503",
    ),
    "list_models": Prepared(list_models, note="a page of three"),
    "create_model": Prepared(
        create_model,
        status=201,
        once=1000,
        note="16 models an account at most, of 100 that it may hold",
    ),
    "duplicate_model": Prepared(
        duplicate_model, status=201, once=1000, note="16 copies an account at most"
    ),
    "read_model": Prepared(read_model),
    "change_model": Prepared(change_model),
    "delete_model": Prepared(
        delete_model, status=204, once=STORED, note="each another model, stored before"
    ),
    "read_warnings": Prepared(read_warnings),
    "read_avatar": Prepared(read_avatar),
    "create_avatar_address": Prepared(create_avatar_address),
    "put_avatar": Prepared(
        put_avatar,
        status=204,
        connections=8,
        note="a JPEG of 1600 by 1200; 8 connections: two processes decode, more than ten at once is a 503",
    ),
    "delete_avatar": Prepared(
        delete_avatar, status=204, once=STORED, note="each another avatar, stored before"
    ),
    "get_model_silhouette": Prepared(get_model_silhouette),
}
