"""The entry point of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

django = get_wsgi_application()
# By its name: it can be read when Django knows the product.
application = import_string("intake.middleware.DoorMiddleware")(django)
# All pages are imported now, while nobody waits, and not during the first request of each worker.
_ = get_resolver().reverse_dict
# What stands by now stays for ever: a full collection that walks it would stop every request for a fifth of a second.
gc.collect()
gc.freeze()
# A full collection waits until a quarter of what the last one walked has come anew: of nothing, so it comes soon.
gc.collect()
