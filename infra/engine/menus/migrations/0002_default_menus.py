"""Every shop starts with the menus navbar and footer, as the contract's does."""

from django.db import migrations


def make(apps, schema_editor):
    if schema_editor.connection.alias == "engine":
        for slug in ("navbar", "footer"):
            apps.get_model("engine_menus", "Menu").objects.get_or_create(slug=slug, defaults={"name": slug})


class Migration(migrations.Migration):

    dependencies = [("engine_menus", "0001_initial")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
