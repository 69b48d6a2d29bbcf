"""The words cases are found by: FTS5 on SQLite, an array with GIN on PostgreSQL; and those of the cases there are."""

from django.db import migrations

SQLITE = ["CREATE VIRTUAL TABLE cases_words USING fts5(grams, content='', columnsize=0, detail=none, "
          "tokenize='unicode61 remove_diacritics 0')"]
POSTGRESQL = ["CREATE TABLE cases_words (case_id bigint PRIMARY KEY, grams text[] NOT NULL)",
              "CREATE INDEX cases_words_grams ON cases_words USING gin (grams)"]


def create(apps, schema_editor):
    from undercity.cases.words import grams

    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)
    Report = apps.get_model("cases", "Report")
    sqlite = schema_editor.connection.vendor == "sqlite"
    insert = f"INSERT INTO cases_words ({'rowid' if sqlite else 'case_id'}, grams) VALUES (%s, %s)"
    with schema_editor.connection.cursor() as cursor:
        for case, text, address in Report.objects.values_list("case__pk", "text", "address").iterator():
            found = grams(f"{text} {address}")
            cursor.execute(insert, [case, " ".join(found) if sqlite else found])


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_words", params=None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_moves_beside_the_main_line")]
    operations = [migrations.RunPython(create, drop)]
