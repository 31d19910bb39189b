"""What the worker does for stories."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management import call_command

from marketplace.kernel.jobs.registry import schedule
from plugins.story.actions import publish_ahead, sync_stories


@schedule("story.publish_due", every=timedelta(seconds=20))
def publish_due(now: datetime) -> None:
    """Show the stories whose time has come, and hide those whose time has passed; Wagtail follows."""
    call_command("publish_scheduled", verbosity=0)
    publish_ahead(now=now)
    sync_stories(now=now)
