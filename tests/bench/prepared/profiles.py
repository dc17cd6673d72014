"""Profiles and their pictures."""

from dressform.repositories.addressed_pictures import AddressedPictures
from tests.bench.load import Request
from tests.bench.members import Members
from tests.bench.prepared.preparing import STORED, Prepared, Sequences
from tests.helpers.images import make_image

OWN = "/v1/profiles/me"
JPEG = make_image("JPEG", size=(1600, 1200))


async def read_own_profile(members: Members, number: int) -> Sequences:
    return [[Request("GET", OWN, member.headers)] for member in await members.add(number)]


async def change_own_profile(members: Members, number: int) -> Sequences:
    return [
        [
            Request.with_json("PATCH", OWN, {"bio": bio}, member.headers)
            for bio in ("I sew my own coats.", "I sew my own shirts.")
        ]
        for member in await members.add(number)
    ]


async def read_own_picture(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    return [[Request("GET", f"{OWN}/picture", member.headers)] for member in made]


async def put_own_picture(members: Members, number: int) -> Sequences:
    return [
        [Request("PUT", f"{OWN}/picture", {**member.headers, "Content-Type": "image/jpeg"}, JPEG)]
        for member in await members.add(number)
    ]


async def delete_own_picture(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    return [[Request("DELETE", f"{OWN}/picture", member.headers)] for member in made]


async def read_profile(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    return [
        [Request("GET", f"/v1/profiles/{other.username}", member.headers)]
        for member, other in zip(made, reversed(made), strict=True)
    ]


async def read_picture(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    return [
        [Request("GET", f"/v1/profiles/{other.username}/picture", member.headers)]
        for member, other in zip(made, reversed(made), strict=True)
    ]


async def create_own_picture_address(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    return [[Request("GET", f"{OWN}/picture/address", member.headers)] for member in made]


async def create_picture_address(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    return [
        [Request("GET", f"/v1/profiles/{other.username}/picture/address", member.headers)]
        for member, other in zip(made, reversed(made), strict=True)
    ]


async def read_addressed_picture(members: Members, number: int) -> Sequences:
    made = await members.add(number, pictures=True)
    pictures = AddressedPictures(members.uows.read())
    found = [await pictures.create_by_username(each.owner, each.username) for each in made]
    return [[Request("GET", f"/v1/pictures?token={token}", {})] for token, _ in found]


PROFILES = {
    "read_own_profile": Prepared(read_own_profile),
    "change_own_profile": Prepared(change_own_profile),
    "read_own_picture": Prepared(read_own_picture),
    "put_own_picture": Prepared(
        put_own_picture,
        status=204,
        connections=8,
        note="a JPEG of 1600 by 1200; 8 connections: two processes decode, more than ten at once is a 503",
    ),
    "delete_own_picture": Prepared(
        delete_own_picture,
        status=204,
        once=STORED,
        note="each of another account; its token was not seen before",
    ),
    "read_profile": Prepared(read_profile),
    "read_picture": Prepared(read_picture),
    "create_own_picture_address": Prepared(create_own_picture_address),
    "create_picture_address": Prepared(create_picture_address),
    "read_addressed_picture": Prepared(read_addressed_picture),
}
