from __future__ import annotations

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from subsidy.environment import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
refuse_unsafe(settings.MISSING_FOR_SERVING)
application = get_wsgi_application()
list(get_resolver().url_patterns)  # reads every page's module now
# The program itself lives as long as its process: the collector need not look through it again and again.
gc.freeze()
