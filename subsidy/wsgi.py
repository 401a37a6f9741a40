from __future__ import annotations

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from subsidy.environment import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
refuse_unsafe(settings.MISSING_FOR_SERVING)
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)
# The program itself lives as long as its process: the collector need not look through it again and again.
gc.freeze()
