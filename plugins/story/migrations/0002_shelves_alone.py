from django.db import migrations
from django.db.models import F


def remove_welcome(apps, schema_editor):
    """Take out Wagtail's own page of welcome with its site, unless pages were written under it."""
    page = apps.get_model("wagtailcore", "Page")
    site = apps.get_model("wagtailcore", "Site")
    shelves = apps.get_model("plugin_story", "StoryIndexPage")
    gone, _ = page.objects.filter(
        depth=2, numchild=0, slug="home", content_type__app_label="wagtailcore", content_type__model="page"
    ).delete()
    if gone:
        page.objects.filter(depth=1).update(numchild=F("numchild") - 1)
    shelf = shelves.objects.order_by("path").first()
    if shelf is not None and not site.objects.exists():
        site.objects.create(hostname="localhost", root_page_id=shelf.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [("plugin_story", "0001_initial")]

    operations = [migrations.RunPython(remove_welcome, migrations.RunPython.noop)]
