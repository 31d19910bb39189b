"""A listing of a product knows the lowest price of its variants; without promotions, each is its full price."""

from django.db import migrations, models
from django.db.models import F, Min, OuterRef, Subquery


def fill(apps, schema_editor):
    if schema_editor.connection.alias != "engine":
        return
    variants = apps.get_model("engine_products", "VariantChannelListing").objects
    variants.filter(discounted_price_amount=None).update(discounted_price_amount=F("price_amount"))
    lowest = (
        variants.filter(variant__product_id=OuterRef("product_id"), channel_id=OuterRef("channel_id"))
        .order_by()
        .values("channel_id")
        .annotate(lowest=Min("discounted_price_amount"))
    )
    apps.get_model("engine_products", "ProductChannelListing").objects.update(
        discounted_price_amount=Subquery(lowest.values("lowest")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('engine_products', '0003_collections'),
    ]

    operations = [
        migrations.AddField(
            model_name='productchannellisting',
            name='discounted_price_amount',
            field=models.DecimalField(decimal_places=3, max_digits=20, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
