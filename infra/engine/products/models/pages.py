"""Pages (the contract's models): merchants, certificates, stories."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class PageType(models.Model):
    """What attributes the pages of a kind carry."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["slug"]


class Page(models.Model):
    """A page. `content` is an EditorJS document or None."""

    page_type = models.ForeignKey(PageType, on_delete=models.CASCADE, related_name="pages")
    title = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    content = models.JSONField(null=True)
    is_published = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    seo_title = models.CharField(max_length=70, null=True, blank=True)
    seo_description = models.CharField(max_length=300, null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["slug"]
