"""Django's entry to the project's own start-up work."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class SmarketingConfig(AppConfig):
    """Installs what watches connections and the wiring, and registers the system checks."""

    name = "smarketing"

    def ready(self) -> None:
        # Celery's application must stand before a shared task is sent, else it goes to a default broker.
        from smarketing import celery, checks, wiring
        from smarketing.lib.scope import install_guard
        from smarketing.lib.threads import close_connection_with_thread

        celery.app.set_default()
        checks.register_all()
        wiring.register_all()
        connection_created.connect(install_guard, dispatch_uid="tenancy-guard")
        connection_created.connect(close_connection_with_thread, dispatch_uid="threads")
