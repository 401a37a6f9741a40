from __future__ import annotations

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from subsidy.environment import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
refuse_unsafe(settings.MISSING_FOR_SERVING)
application = get_asgi_application()
