"""Apps, their tokens and their webhooks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class App(models.Model):
    """A program that speaks to the engine with a token of its own and is told of events."""

    identifier = models.CharField(max_length=256, blank=True, db_index=True)
    name = models.CharField(max_length=60)
    type = models.CharField(max_length=16, default="THIRDPARTY")
    is_active = models.BooleanField(default=True)
    #: False while the handshake is under way: its token works already, it is told of nothing yet
    is_installed = models.BooleanField(default=True)
    permissions = models.JSONField(default=list)
    about_app = models.TextField(blank=True, null=True)
    data_privacy_url = models.URLField(blank=True, null=True)
    homepage_url = models.URLField(blank=True, null=True)
    support_url = models.URLField(blank=True, null=True)
    configuration_url = models.URLField(blank=True, null=True)
    app_url = models.URLField(blank=True, null=True)
    manifest_url = models.URLField(blank=True, null=True)
    version = models.CharField(max_length=60, blank=True, null=True)
    author = models.CharField(max_length=60, blank=True, null=True)
    audience = models.CharField(max_length=256, blank=True, null=True)
    created = models.DateTimeField(auto_now_add=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identifier"], condition=~models.Q(identifier=""), name="engine_app_identifier_once"
            ),
        ]


class AppToken(models.Model):
    """A token of an app: only its SHA-256 is kept (30 random characters need no slow hash)."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=128, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    token_last_4 = models.CharField(max_length=4)

    class Meta:
        ordering: ClassVar = ["pk"]


class AppInstallation(models.Model):
    """An installation under way, or one that failed and why."""

    app_name = models.CharField(max_length=60)
    manifest_url = models.URLField()
    permissions = models.JSONField(default=list)
    status = models.CharField(max_length=16, default="PENDING")
    message = models.TextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["pk"]


class Webhook(models.Model):
    """Where an app wants to be told, and what: the events in `events`, each by its UPPER_CASE name."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=255, blank=True, null=True)
    identifier = models.CharField(max_length=255, blank=True, null=True)
    target_url = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    secret_key = models.CharField(max_length=255, blank=True, null=True)
    subscription_query = models.TextField(blank=True, null=True)
    custom_headers = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class WebhookEvent(models.Model):
    """One subscription of a webhook to an event."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="events")
    event_type = models.CharField(max_length=128, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webhook", "event_type"], name="engine_webhook_event_once"),
        ]


class AppProblem(models.Model):
    """Something an app reports to be wrong with itself. `dismissed_by` is APP or USER, empty while it stands."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="problems")
    key = models.CharField(max_length=128)
    message = models.CharField(max_length=2048)
    count = models.PositiveIntegerField(default=1)
    is_critical = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    dismissed_by = models.CharField(max_length=8, blank=True, default="")
    dismissed_user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    dismissed_email = models.EmailField(null=True)

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["app", "key"], name="engine_app_problem_key")]
