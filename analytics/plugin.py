"""The pool as a plugin of the mall."""

from __future__ import annotations

from datetime import datetime

from analytics import actions, queries, tasks
from analytics.types import GRAINS, MEASURES
from plugins.api import Money, PluginMeta, hookimpl
from plugins.api.pool import PoolCell, PoolQuestion, PoolRefusal, PoolTable
from plugins.api.types import Permission, SaleFact

meta = PluginMeta(
    id="analytics",
    name={"ja": "販売データプール", "en": "Sales pool"},
    version="0.1.0",
    api=1,
    permissions=("pool.cells:read",),
)


@hookimpl
def register_permissions() -> list[Permission]:
    return [Permission("pool.cells:read", {"ja": "販売データプールを見る", "en": "Read the sales pool"})]


@hookimpl
def sale_recorded(fact: SaleFact) -> None:
    actions.record_fact(fact=fact)


@hookimpl
def run_schedule(now: datetime, settled: bool, wait: bool) -> None:
    tasks.build_due(now=now, settled=settled, wait=wait)


@hookimpl
def pool_answer(question: PoolQuestion) -> PoolTable | PoolRefusal:
    return queries.ask(question=question)


@hookimpl
def pool_cells(measure: str, grain: str) -> tuple[PoolCell, ...] | None:
    if measure not in MEASURES or grain not in GRAINS:
        return None
    return queries.every_cell(measure=measure, grain=grain)


@hookimpl
def pool_sums(market: str) -> dict[str, Money]:
    return queries.sums_by_kind(market=market)
