"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

application = get_wsgi_application()
# All pages are imported now, while nobody waits, and not during the first request of each worker.
_ = get_resolver().reverse_dict
