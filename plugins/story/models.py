"""The pages that editors write, and the row that the shop reads."""

from __future__ import annotations

from typing import Any

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from plugins.story.blocks import StoryBody


class StoryIndexPage(Page):
    """Holds the stories of one language."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["plugin_story.StoryPage"]

    class Meta:
        verbose_name = "物語の棚"


class StoryPage(Page):
    """One story in one language, about one merchant. Times are Wagtail's own: goes live at, expires at."""

    merchant_code = models.SlugField("作り手の記号", max_length=80)
    teaser = models.CharField("一行の紹介", max_length=200)
    hero = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="扉の写真",
    )
    body = StreamField(StoryBody(), verbose_name="本文")
    placed_on = models.TextField(
        "載せる品", blank=True, help_text="商品ページのURLの最後の部分を、一行に一つ。空なら、作り手のすべての品に。"
    )

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("merchant_code"), FieldPanel("teaser"), FieldPanel("hero")], "紹介"),
        FieldPanel("body"),
        FieldPanel("placed_on"),
    ]
    parent_page_types = ["plugin_story.StoryIndexPage"]
    subpage_types: list[str] = []
    template = "story/preview.html"

    class Meta:
        verbose_name = "物語"

    def listing_slugs(self) -> list[str]:
        """Return where the story is placed: the slugs written down, in the field or in a block of the body."""
        slugs: dict[str, Any] = {line.strip(): None for line in self.placed_on.splitlines() if line.strip()}
        for block in self.body:
            if block.block_type == "products":
                slugs |= {str(slug).strip(): None for slug in block.value}
        return list(slugs)


class StoryRow(models.Model):
    """A story as the shop shows it, rendered once: visible from one moment of the mall's clock to another.

    Wagtail schedules by the machine's clock; the mall's may be set. So this row keeps the times, and `is_shown`
    follows the mall's clock.
    """

    page_id = models.PositiveBigIntegerField(unique=True)
    slug = models.SlugField(max_length=255)
    language = models.CharField(max_length=12)
    merchant_id = models.CharField(max_length=40)
    merchant_code = models.SlugField(max_length=80)
    title = models.CharField(max_length=255)
    teaser = models.CharField(max_length=200)
    image_url = models.CharField(max_length=400, blank=True)
    html = models.TextField()
    listing_slugs = models.JSONField(default=list)
    visible_from = models.DateTimeField(null=True)
    visible_to = models.DateTimeField(null=True)
    is_shown = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["language", "is_shown", "-visible_from"])]
        constraints = [models.UniqueConstraint(fields=["slug", "language"], name="story_row_once")]
