"""Every exchange recorded on a real Saleor, asked again: of the embedded engine, and of a Saleor when there is one."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.contract.exchange import Exchanges, load, without

RECORDED = load()
pytestmark = pytest.mark.django_db(databases=["default", "engine"])
no_saleor = pytest.mark.skipif(not settings.SALEOR_API_URL, reason="needs a running Saleor: set SALEOR_API_URL")
no_engine = pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")


def test_every_story_runs_to_its_end(exchanges: Exchanges) -> None:
    assert not exchanges.failures, "\n".join(f"{name}: {text}" for name, text in exchanges.failures.items())


@no_engine
@pytest.mark.parametrize("case", sorted(RECORDED))
def test_embedded_engine_answers_as_saleor_did(case: str, exchanges: Exchanges) -> None:
    compare(case, exchanges)


@pytest.mark.live
@no_saleor
@pytest.mark.parametrize("case", sorted(RECORDED))
def test_saleor_answers_as_recorded(case: str, exchanges: Exchanges) -> None:
    compare(case, exchanges)


@pytest.fixture(autouse=True)
def _only_the_stories_asked_for(request: pytest.FixtureRequest) -> None:
    """Skip the cases of other stories where `--story` names some."""
    wanted = request.config.getoption("--story")
    case = getattr(request.node, "callspec", None)
    if wanted and case is not None and case.params["case"].split("/")[0] not in wanted:
        pytest.skip("of another story")


def compare(case: str, exchanges: Exchanges) -> None:
    recorded = RECORDED[case]
    story = case.split("/")[0]
    if case not in exchanges.seen:
        reached = (
            "the story breaks off earlier" if exchanges.failures.keys() & {story, "*"} else "it is no longer asked"
        )
        pytest.fail(f"{case}: {reached}", pytrace=False)
    seen = exchanges.seen[case]

    ignored = recorded["ignore"]
    assert without(seen["variables"], ignored) == without(recorded["variables"], ignored)
    assert without(seen["answer"], ignored) == without(recorded["answer"], ignored)
