"""Settings, read from the environment; the defaults are those of production.

Only demo mode (`manage.py demo`) and the tests loosen anything, and each says so where it does.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("SUBSIDY_DATA_DIR", BASE_DIR / ".data"))

DEBUG = os.environ.get("SUBSIDY_DEBUG", "") == "1"
SECRET_KEY = os.environ.get("SUBSIDY_SECRET_KEY", "unsafe-skeleton-key")
ALLOWED_HOSTS = [h for h in os.environ.get("SUBSIDY_ALLOWED_HOSTS", "").split(",") if h]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
    "viewflow",
    "viewflow.workflow",
    "subsidy",
    "subsidy.audit",
    "subsidy.accounts",
    "subsidy.ledger",
    "subsidy.calendars",
    "subsidy.documents",
    "subsidy.applicants",
    "subsidy.registers",
    "subsidy.programmes",
    "subsidy.cases",
    "subsidy.reviews",
    "subsidy.decisions",
    "subsidy.payouts",
    "subsidy.correspondence",
    "subsidy.work",
    "subsidy.reporting",
    "workflows",
    "subsidy.portal",
    "subsidy.console",
    "subsidy.public",
    "subsidy.api",
    "subsidy.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "subsidy.urls"
WSGI_APPLICATION = "subsidy.wsgi.application"
ASGI_APPLICATION = "subsidy.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "subsidy",
        "OPTIONS": {"options": "-c lock_timeout=5s"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "subsidy" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "subsidy" / "static"]

VIEWFLOW = {"WIDGET_MEDIA": {}}
