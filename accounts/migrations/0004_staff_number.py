import re
import unicodedata

from django.db import migrations, models

WRITTEN = r"^[0-9A-Z一-鿿〇._/-]*$"


def write_one_way(apps, schema_editor):
    """Numbers typed before are written as the portal now writes them; what no number may hold is a hyphen."""
    accounts = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for pk, number in accounts.exclude(person="").values_list("pk", "person"):
        plain = "".join(unicodedata.normalize("NFKC", number).upper().split())
        kept = "".join(one if re.match(WRITTEN, one) else "-" for one in plain)
        if kept != number:
            accounts.filter(pk=pk).update(person=kept[:40])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_duties")]

    operations = [
        migrations.RunPython(write_one_way, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(person__regex=WRITTEN),
                name="staff_number_written_one_way",
                violation_error_message="A staff number has letters, digits and - . _ / only.",
            ),
        ),
    ]
