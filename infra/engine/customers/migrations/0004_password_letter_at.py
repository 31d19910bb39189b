from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engine_customers", "0003_group_channels"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_letter_at",
            field=models.DateTimeField(null=True),
        ),
    ]
