"""The heading of a point on an agenda may name a person who is erased: it can be struck out."""

from django.db import migrations

GIVE = "grant update (title) on dashboards_reviewitem to sm_web, sm_worker"
TAKE = "revoke update (title) on dashboards_reviewitem from sm_web, sm_worker"


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0007_reviews"),
    ]

    operations = [migrations.RunSQL(GIVE, TAKE)]
