"""Tables of curation."""

from __future__ import annotations

from django.db import models


class Feature(models.Model):
    """A listing or a merchant that the ward puts forward for some days, with its reason.

    `last_shown_on` and `place` are written once a day by the plan of the day: who has waited longest goes first.
    """

    class Kind(models.TextChoices):
        LISTING = "listing"
        MERCHANT = "merchant"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    target_id = models.CharField(max_length=40)
    reason = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    actor = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_shown_on = models.DateField(null=True)
    place = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["ended_at", "starts_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_id"], condition=models.Q(ended_at=None), name="curation_feature_once"
            ),
        ]


class Theme(models.Model):
    """A theme of the season: a name, a text and listings, from one day to another, both included."""

    slug = models.SlugField(max_length=80, unique=True)
    names = models.JSONField()
    texts = models.JSONField(default=dict)
    listing_ids = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "slug")
