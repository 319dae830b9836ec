"""Where migrations run: the second alias is the same database with another role."""

from typing import Any


class OneSchema:
    """Only ``default`` is migrated."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"
