"""What the door keeps: with which Saleor the mall is installed, and under which token."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One Saleor that has this mall installed, the token of its handshake and its public keys as last fetched."""

    api_url = models.URLField(unique=True)
    app_id = models.CharField(max_length=64)
    token = models.CharField(max_length=255)
    jwks = models.JSONField(default=dict)
    registered_at = models.DateTimeField()
    jwks_at = models.DateTimeField()
