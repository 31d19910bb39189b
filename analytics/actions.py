"""Writes of the pool: keep a fact, start a build, store what it made."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from analytics.calendar import first_day, period_of, week_of, weeks_of
from analytics.models import Build, Fact, PublishedCell, PublishedTime
from analytics.types import ALL, AREAS, ORDER_EDGES, OWNER_EDGES, UnableToRecord, band
from plugins.api.types import SaleFact

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
KEY = re.compile(r"[A-Za-z0-9:._=/+-]{1,64}")
LONG_KEY = re.compile(r"[A-Za-z0-9:._=/+-]{1,128}")


def record_fact(*, fact: SaleFact) -> bool:
    """Keep a fact once; return whether it was new.

    Every text of a fact is a code: one that could be a name, an address or a sentence (blanks, `@`, anything not
    ASCII) raises `UnableToRecord`, and so do an unknown area, a negative amount and a fact of an id already kept that
    says something else. A fact of a period that is out is kept without its order token and enters no figure.
    """
    _check(fact)
    values = {name: getattr(fact, name) for name in SaleFact.__slots__ if name not in ("id", "amount")}
    values |= {"amount": fact.amount.amount, "currency": fact.amount.currency}
    with transaction.atomic():
        if PublishedTime.objects.filter(code=period_of(week_of(fact.day))).exists():
            values["order_token"] = ""
        kept, is_new = Fact.objects.get_or_create(fact_id=fact.id, defaults=values)
    if not is_new and (kept.kind, kept.day, kept.yen, kept.owner_key) != (
        fact.kind,
        fact.day,
        fact.yen,
        fact.owner_key,
    ):
        raise UnableToRecord(f"fact {fact.id} was kept before with other figures")
    return is_new


def _check(fact: SaleFact) -> None:
    patterns = (
        (LONG_KEY, ("id", "order_token")),
        (KEY, ("merchant_id", "owner_key")),
        (CODE, ("category", "market")),
    )
    for pattern, names in patterns:
        for name in names:
            if not pattern.fullmatch(getattr(fact, name)):
                raise UnableToRecord(f"{name} is not a code")
    if fact.kind not in ("sale", "refund") or fact.area not in AREAS:
        raise UnableToRecord("unknown kind or area")
    if isinstance(fact.yen, bool) or not isinstance(fact.yen, int) or fact.yen < 0:
        raise UnableToRecord("yen is a whole number, never negative")
    if fact.amount.amount < 0 or fact.quantity < 0:
        raise UnableToRecord("amount and quantity are never negative")


def start_build(*, now: datetime, weeks: Sequence[str]) -> Build:
    """Take the facts of `weeks` for a new build and write its job; the caller starts the process.

    From here on a fact of these weeks comes too late. Raises `IntegrityError` when a build is running.
    """
    taken = set(weeks) | set(PublishedTime.objects.filter(grain="week").values_list("code", flat=True))
    blocks = []
    for period in sorted({period_of(week) for week in weeks}):
        members = weeks_of(period)
        blocks.append(
            {"period": period, "weeks": [week for week in members if week in taken], "closes": members[-1] in weeks}
        )
    folder_name = secrets.token_hex(8)
    with transaction.atomic():
        build = Build.objects.create(
            weeks=list(weeks),
            periods=[block["period"] for block in blocks if block["closes"]],
            folder=folder_name,
            started_at=now,
        )
        days = (first_day(weeks[0]), first_day(weeks[-1]) + timedelta(days=6))
        Fact.objects.filter(counted_in=None, day__range=days).update(counted_in=build)
        Build.objects.filter(pk=build.pk).update(is_simulated=build.facts.filter(simulated=True).exists())
    _write_job(Path(settings.MALL_DATA) / "pool" / folder_name, blocks)
    build.refresh_from_db()
    return build


def _write_job(folder: Path, blocks: list[dict]) -> None:
    folder.mkdir(parents=True, mode=0o700)
    weeks = [week for block in blocks for week in block["weeks"]]
    facts = Fact.objects.exclude(counted_in=None).filter(
        day__range=(first_day(weeks[0]), first_day(weeks[-1]) + timedelta(days=6))
    )
    out = PublishedCell.objects.filter(time__in=weeks)
    known = set(facts.values_list("category", flat=True)) | set(out.values_list("category", flat=True)) - {ALL}
    address = ("measure", "time", "category", "area")
    job = {
        "categories": sorted(known),
        "areas": list(AREAS),
        "blocks": blocks,
        "shown": [list(row) for row in out.exclude(value=None).values_list(*address)],
        "closed": [list(row) for row in out.filter(value=None).values_list(*address)],
    }
    (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False))
    with (folder / "facts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "week", "category", "area", "owner", "yen", "token"])
        for fact in facts.order_by("fact_id").iterator():
            row = (fact.kind, week_of(fact.day), fact.category, fact.area, fact.owner_key, fact.yen, fact.order_token)
            writer.writerow(row)


def note_process(*, build: Build, pid: int) -> None:
    Build.objects.filter(pk=build.pk).update(pid=pid)
    build.pid = pid


def store_build(*, build_id: int, folder: Path, now: datetime) -> Build:
    """Publish the result of a running build, once: new cells, the version, the audit; destroy the order tokens.

    Cells of weeks that were out before stay as they are. Called again for a build that is stored it changes nothing.
    """
    result = json.loads((folder / "result.json").read_text())
    with transaction.atomic():
        build = Build.objects.select_for_update().get(pk=build_id)
        if build.state != Build.State.RUNNING:
            return build
        times = {*build.weeks, *build.periods}
        new = [row for row in result["cells"] if row["time"] in times]
        PublishedCell.objects.bulk_create([_published(build, row) for row in new])
        PublishedTime.objects.bulk_create(
            [PublishedTime(code=code, grain="week", build=build) for code in build.weeks]
            + [PublishedTime(code=code, grain="period", build=build) for code in build.periods]
        )
        for period in build.periods:
            members = weeks_of(period)
            days = (first_day(members[0]), first_day(members[-1]) + timedelta(days=6))
            Fact.objects.filter(day__range=days).update(order_token="")
        build.version = (Build.objects.aggregate(newest=Max("version"))["newest"] or 0) + 1
        build.digest = digest_of(cells=new)
        build.audit, build.state, build.finished_at = result["audit"], Build.State.PUBLISHED, now
        build.save()
    shutil.rmtree(folder)
    return build


def digest_of(*, cells: list[dict]) -> str:
    """Return the SHA-256 of cells as they went out, in a canonical order."""
    rows = sorted([c["measure"], c["time"], c["category"], c["area"], c["value"], c["reason"]] for c in cells)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _published(build: Build, row: dict) -> PublishedCell:
    parent = row["parent"] or ("", "", "")
    return PublishedCell(
        build=build,
        measure=row["measure"],
        grain=row["grain"],
        time=row["time"],
        category=row["category"],
        area=row["area"],
        value=row["value"],
        orders="" if row["reason"] else band(row["orders"], edges=ORDER_EDGES),
        owners="" if row["reason"] else band(row["owners"], edges=OWNER_EDGES),
        reason=row["reason"],
        parent_time=parent[0],
        parent_category=parent[1],
        parent_area=parent[2],
    )


def fail_build(*, build_id: int, folder: Path, error: str, now: datetime) -> Build:
    """Give up a running build: nothing is out, its facts are free for the next one."""
    with transaction.atomic():
        build = Build.objects.select_for_update().get(pk=build_id)
        if build.state != Build.State.RUNNING:
            return build
        build.facts.update(counted_in=None)
        build.state, build.error, build.finished_at = Build.State.FAILED, error, now
        build.save()
    shutil.rmtree(folder, ignore_errors=True)
    return build
