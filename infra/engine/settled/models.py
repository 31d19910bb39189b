"""How the engine's processes see that a setting changed."""

from __future__ import annotations

import uuid

from django.db import models


class SettingsMark(models.Model):
    """One change of the tables of `triggers.TABLES`, written by the database itself; the mark never comes twice."""

    id = models.BigAutoField(primary_key=True)
    mark = models.UUIDField(default=uuid.uuid4)
