"""The record can only grow."""

from django.db import migrations

from undercity.ledger import triggers


def guard(apps, schema_editor):
    for statement in triggers.create(schema_editor.connection):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
