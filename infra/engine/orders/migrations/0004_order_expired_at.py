from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine_orders", "0003_discounts")]

    operations = [
        migrations.AddField(model_name="order", name="expired_at", field=models.DateTimeField(null=True)),
    ]
