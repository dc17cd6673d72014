"""What a model is for: published drafting software takes it just as it is answered.

`make test` installs that software (FreeSewing) in tests/drafting where Node.js is present.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.members import MemberClient
from tests.sewing.bodies import WITH_BREASTS, WITHOUT

HERE = Path(__file__).parents[1] / "drafting"
NODE = shutil.which("node")
OLDEST_NODE = 20


def _obstacle() -> str | None:
    """What keeps patterns from being drafted here, and what to do about it."""
    if NODE is None:
        return f"install Node.js {OLDEST_NODE} or later with npm"
    version = subprocess.run([NODE, "--version"], check=True, capture_output=True, text=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        return f"Node.js is {version.strip()}: install {OLDEST_NODE} or later"
    if not (HERE / "node_modules" / "@freesewing" / "core").is_dir():
        return "run `make drafting`, which installs the drafting software with npm"
    return None


OBSTACLE = _obstacle()
pytestmark = pytest.mark.skipif(
    OBSTACLE is not None, reason=f"NO PATTERN WAS DRAFTED FROM A MODEL: {OBSTACLE}"
)

# In millimetres, from FreeSewing 4.10.2 given the numbers of `bodies` without any service between.
AARON = {
    "width": 695.45,
    "parts": {
        "aaron.front": 279.73,
        "aaron.back": 279.73,
        "aaron.armBinding": 60,
        "aaron.neckBinding": 60,
    },
}
BRIAN = {
    "width": 1141.08,
    "parts": {"brian.front": 317.69, "brian.back": 317.69, "library.sleeve": 493.71},
}
BELLA = {
    "width": 857.22,
    "parts": {"bella.back": 221.90, "bella.frontSideDart": 312.82, "bella.sleeve": 310.5},
}
REFERENCES = {"aaron": (WITHOUT, AARON), "brian": (WITHOUT, BRIAN), "bella": (WITH_BREASTS, BELLA)}

CHEST_EASE = 1.15
"""Brian's: its front is a quarter of the chest with that."""


async def answered(
    person: MemberClient, measurements: Mapping[str, float | str], *, breasts: bool
) -> bytes:
    """A model, made and read over the API; the answer as it came."""
    model = await person.add_model(breasts=breasts, measurements=measurements)
    response = await person.request("GET", f"/v1/models/{model}")
    assert response.status_code == 200
    return response.content


async def drafted(design: str, answer: bytes) -> dict[str, Any]:
    program = await asyncio.create_subprocess_exec(
        str(NODE),
        "draft.mjs",
        design,
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await program.communicate(answer)
    assert program.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(out)
    return found


async def front_of_brian(ada: MemberClient, measurements: Mapping[str, float | str]) -> float:
    draft = await drafted("brian", await answered(ada, measurements, breasts=False))
    width: float = draft["parts"]["brian.front"]
    return width


@pytest.mark.parametrize("design", REFERENCES)
async def test_a_model_drafts_the_pattern_that_its_numbers_draft(
    ada: MemberClient, design: str
) -> None:
    body, reference = REFERENCES[design]

    draft = await drafted(design, await answered(ada, body, breasts=design == "bella"))

    assert draft["missing"] == []
    assert draft["complaints"] == []
    assert draft["finite"]
    assert draft["width"] == pytest.approx(reference["width"], abs=0.1)
    assert draft["parts"] == pytest.approx(reference["parts"], abs=0.1)


async def test_a_wider_chest_drafts_a_wider_front(ada: MemberClient) -> None:
    fronts = [
        await front_of_brian(ada, WITHOUT | {"chest": chest}) for chest in (1105, 1205, 1105.5)
    ]

    assert fronts == pytest.approx(
        [chest * CHEST_EASE / 4 for chest in (1105, 1205, 1105.5)], abs=0.1
    )
    assert fronts[2] - fronts[0] == pytest.approx(0.5 * CHEST_EASE / 4, abs=0.001)


async def test_what_was_typed_in_inches_drafts_as_if_it_had_been_measured_in_millimetres(
    ada: MemberClient,
) -> None:
    front = await front_of_brian(ada, WITHOUT | {"chest": '43 1/2"'})

    assert front == pytest.approx(43.5 * 25.4 * CHEST_EASE / 4, abs=0.1)


async def test_a_variant_drafts_as_the_whole_body_that_it_is(ada: MemberClient) -> None:
    base = await ada.add_model(measurements=WITHOUT)
    variant = await ada.add_model(based_on=base, measurements={"chest": 1205})
    answer = (await ada.request("GET", f"/v1/models/{variant}")).content

    draft = await drafted("brian", answer)

    assert draft["missing"] == []
    assert draft["parts"]["brian.front"] == pytest.approx(1205 * CHEST_EASE / 4, abs=0.1)


async def test_centimetres_would_draft_another_pattern(ada: MemberClient) -> None:
    """The software takes them without a word: only the width tells."""
    lengths = {name: value / 10 for name, value in WITHOUT.items() if name != "shoulderSlope"}

    answer = await answered(ada, lengths | {"shoulderSlope": 13}, breasts=False)
    draft = await drafted("aaron", answer)

    assert draft["complaints"] == []
    assert draft["finite"]
    assert draft["parts"] != pytest.approx(AARON["parts"], abs=0.1)
    assert draft["parts"]["aaron.front"] < 50


async def test_what_was_not_measured_is_found_missing(ada: MemberClient) -> None:
    body = {name: value for name, value in WITHOUT.items() if name != "chest"}

    draft = await drafted("brian", await answered(ada, body, breasts=False))

    assert draft["missing"] == ["chest"]
