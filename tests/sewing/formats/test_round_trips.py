"""What is written is read as the same, whatever the format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.formats import Format, read, written
from tests.sewing.bodies import WITH_BREASTS

LENGTHS = st.floats(min_value=0, max_value=10_000, exclude_min=True) | st.integers(1, 10_000)
SLOPES = st.floats(min_value=0, max_value=90, exclude_min=True, exclude_max=True)
BODIES = st.fixed_dictionaries(
    {}, optional={name: SLOPES if name == "shoulderSlope" else LENGTHS for name in CATALOGUE}
)


@pytest.mark.parametrize("form", Format)
@given(body=BODIES, breasts=st.booleans())
def test_nothing_is_lost(form: Format, body: dict[str, float], breasts: bool) -> None:  # noqa: FBT001
    found = read(written(form, body, breasts=breasts), form)

    (one,) = found.bodies
    assert one.measurements == body
    assert list(one.measurements) == list(body)
    assert one.breasts is breasts
    assert found.dropped == frozenset()


@pytest.mark.parametrize("form", Format)
def test_the_format_is_told_by_the_content(form: Format) -> None:
    data = written(form, WITH_BREASTS, breasts=True)

    assert read(data).bodies[0].measurements == WITH_BREASTS
    assert read(b"\xef\xbb\xbf" + data).bodies[0].measurements == WITH_BREASTS


@pytest.mark.parametrize("form", Format)
def test_all_38_are_written_and_none_is_lost_on_the_way(form: Format) -> None:
    found = read(written(form, WITH_BREASTS, breasts=True), form)

    (one,) = found.bodies
    assert {line.measurement for line in one.lines} == set(CATALOGUE)
    approximate = {line.measurement for line in one.lines if line.reason == "approximate"}
    nearly = {e.name for e in CATALOGUE.values() if e.seamly and e.seamly.match == "approximate"}
    assert approximate == (nearly if form in {Format.SMIS, Format.VIT} else set())
