"""Thumbnails made so far."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Thumbnail(models.Model):
    """A smaller picture of `source` (a path in the media folder), kept at `path`. `format` empty is the original's."""

    source = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    format = models.CharField(max_length=8, blank=True)
    path = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "size", "format"], name="engine_thumbnail_once"),
        ]
