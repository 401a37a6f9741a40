"""Settings, read from the environment; the defaults are those of production.

Only demo mode (`manage.py demo`) and the tests loosen anything, and each says so where it does.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from subsidy import environment
from subsidy.postgres.place import data_dir

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = data_dir(clone=BASE_DIR, environ=os.environ)

# Demo mode: made by `manage.py demo`, bound to its database. It loosens what is marked below and runs on a stored
# business clock that people can move; DEBUG stays off.
DEMO_MODE = environment.is_demo(environ=os.environ, data=DATA_DIR)

DEBUG = environment.flag(os.environ, "SUBSIDY_DEBUG", default=False)
SECRET_KEY = environment.secret_key(environ=os.environ, data=DATA_DIR, demo=DEMO_MODE)
ALLOWED_HOSTS = environment.allowed_hosts(environ=os.environ, demo=DEMO_MODE)
MISSING_FOR_SERVING = environment.missing_for_serving(secret=SECRET_KEY, hosts=ALLOWED_HOSTS)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "guardian",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
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
    "subsidy.web",
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
    "subsidy.web.sessions.PrivatePagesMiddleware",
    "subsidy.web.sessions.IdleSignOutMiddleware",
    "subsidy.web.sessions.FirstPasswordMiddleware",
    "subsidy.web.second_factor.SecondFactorMiddleware",
    "subsidy.web.reads.ReadsMiddleware",
    "subsidy.web.refusals.RefusalMiddleware",
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
                "subsidy.web.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": environment.database(environ=os.environ, data=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False

# The worker finds the jobs of the routes here; every job row lives in the one database.
PROCRASTINATE_IMPORT_PATHS = ["workflows.jobs", "subsidy.web.exporting"]
PROCRASTINATE_ON_APP_READY = "workflows.common.faults.watch"

# Where people reach the site: for links in e-mails. E-mails are sent when a server is named; a demo puts them in a folder.
SITE_URL = environment.site_url(environ=os.environ, hosts=ALLOWED_HOSTS)
EMAIL_HOST = os.environ.get("SUBSIDY_MAIL_HOST", "")
EMAIL_PORT = environment.whole_number(os.environ, "SUBSIDY_MAIL_PORT", default=587)
EMAIL_HOST_USER = os.environ.get("SUBSIDY_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SUBSIDY_MAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag(os.environ, "SUBSIDY_MAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
MAIL_DOMAIN = SITE_URL.partition("://")[2].partition(":")[0]
DEFAULT_FROM_EMAIL = os.environ.get("SUBSIDY_MAIL_FROM", "") or f"noreply@{MAIL_DOMAIN}"
MAIL_IS_SENT = DEMO_MODE or bool(EMAIL_HOST)
if DEMO_MODE and not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
# One folder of translations a room, so that rooms do not write into each other's.
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "subsidy" / "locale").iterdir() if path.is_dir())
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "subsidy" / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "documents"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Whose log this is, in its checkpoints and public keys; the private halves lie beside the database.
LOG_ORIGIN = os.environ.get("SUBSIDY_LOG_ORIGIN", "") or f"{MAIL_DOMAIN}/log"
RECORD_RETENTION_YEARS = int(os.environ.get("SUBSIDY_RECORD_RETENTION_YEARS", "") or 30)
LOG_KEYS_DIR = DATA_DIR / "keys"
# Keys that seal numbers of accounts and secrets of code apps, newest first; absent: the file `fields` beside the log's.
FIELD_KEYS = os.environ.get("SUBSIDY_FIELD_KEYS", "")

# Officers' accounts are given by administrators, people of companies open theirs; everybody signs in with user name and
# password. Failures are counted, and so are accounts opened from one address.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "subsidy.web.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "subsidy.web.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "5/m/ip,20/h/ip",
    "objection": "5/m/ip,20/h/ip",
    "verify": "30/m/ip,300/h/ip",
}
# Officers (administrators among them) always sign in with a second factor; of which other people it is asked is a setting.
SECOND_FACTOR_KINDS = environment.second_factor_kinds(os.environ)
# What moves money or rules asks for it again when it was shown longer ago than this.
STEP_UP_MINUTES = environment.whole_number(os.environ, "SUBSIDY_STEP_UP_MINUTES", default=10)
MFA_ADAPTER = "subsidy.web.second_factor.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "subsidy.web.second_factor_forms.CodeForm",
    "reauthenticate": "subsidy.web.second_factor_forms.CodeAgainForm",
    "activate_totp": "subsidy.web.second_factor_forms.FirstCodeForm",
    "add_webauthn": "subsidy.web.second_factor_forms.KeyForm",
}
MFA_TOTP_ISSUER = MAIL_DOMAIN
# Confirming by password or factor again, before factors are changed, holds as long.
ACCOUNT_REAUTHENTICATION_TIMEOUT = STEP_UP_MINUTES * 60
# Security keys work on https; on this machine alone a demo may use them without.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO_MODE
# The demo's one secret for code apps: printed beside the password, and its code is shown where it is asked for.
DEMO_TOTP_SECRET = "FEITIANDEMOSECRETFORTHISMACHINE2" if DEMO_MODE else ""
# Identity providers (OpenID Connect) by which people sign in who were linked before; a factor of ours is asked for as ever.
IDENTITY_PROVIDERS = environment.identity_providers(os.environ)
SOCIALACCOUNT_ADAPTER = "subsidy.web.identity.Identities"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": IDENTITY_PROVIDERS, "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
IDLE_SIGN_OUT_SECONDS = 30 * 60
CSRF_FAILURE_VIEW = "subsidy.web.errors.csrf_failure"
# How many requests a minute one person's programs may send to the API, over all tokens.
API_REQUESTS_A_MINUTE = environment.whole_number(os.environ, "SUBSIDY_API_REQUESTS_A_MINUTE", default=600)
# Networks that are not of the public internet and may be told of events all the same (subsidy.correspondence.hooking).
WEBHOOK_NETWORKS = environment.networks(os.environ, "SUBSIDY_WEBHOOK_NETWORKS")
# Ways to banks, by name, each for one paying account (docs/bank-channel.md).
BANK_CHANNELS = environment.bank_channels(os.environ, "SUBSIDY_BANK_CHANNELS")
# Where clamd listens, which looks at every upload for viruses; nowhere without it.
VIRUS_SCANNER = environment.scanner(os.environ, "SUBSIDY_VIRUS_SCANNER")
# How the API's views answer stands with them (subsidy.api.views.ApiView).
# `format` in an address is a filter of a list (batches by the format of their file), and never asks for another media type.
REST_FRAMEWORK = {"EXCEPTION_HANDLER": "subsidy.api.problems.handle", "URL_FORMAT_OVERRIDE": None}
# The page that shows every component is for those who build screens.
COMPONENT_CATALOGUE = DEBUG or DEMO_MODE
# A policy with assumed clauses is published in a demo only: nobody is ever granted money by an invented clause.
ALLOW_ASSUMED_CLAUSES = DEMO_MODE
# An account that takes the place of another is paid to only after these working days, so that a swap can be noticed.
ACCOUNT_COOLING_WORKING_DAYS = environment.whole_number(os.environ, "SUBSIDY_ACCOUNT_COOLING_DAYS", default=3)
# Services that answer at once about a company, by the layout of what they say (subsidy.sources).
FACT_SERVICES = environment.services(os.environ, "SUBSIDY_FACT_SERVICES")
if DEMO_MODE and not FACT_SERVICES:
    FACT_SERVICES = environment.demo_services(os.environ)

# One cache for all hosts, so that sign-in limits count every attempt; its table comes with the migrations.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}}

# What anybody here would try first; the operator adds the bureau's own names, in letters as people type them.
PASSWORD_WORDS = (
    "password", "mima", "subsidy", "subsidies", "grants", "butie", "jiangbu", "zijin", "keji", "kejiju", "feitian", "zhengce",
    "shenbao", "finance", "caiwu", "auditor", "shenji", "leader", "welcome", "huanying", "admin", "guanli",
    *environment.words(os.environ, "SUBSIDY_PASSWORD_WORDS"),
)  # fmt: skip
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "subsidy.web.password_words.OwnWordsValidator", "OPTIONS": {"words": PASSWORD_WORDS}},
]

# The demo is served over plain http on this machine; everything else is served over https.
HTTPS = environment.flag(os.environ, "SUBSIDY_HTTPS", default=not DEMO_MODE)
SECURE_SSL_REDIRECT = HTTPS
# Pages lead on to https; a program that sent its token without it is told so, or it would never notice.
SECURE_REDIRECT_EXEMPT = [r"^api/v1/(?!docs/|problems/|openapi\.json$)"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag(os.environ, "SUBSIDY_HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = False
if environment.flag(os.environ, "SUBSIDY_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LANGUAGE_COOKIE_SECURE = HTTPS
# Browsers take a cookie whose name begins so from this very host alone, over https, for the whole site.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "django_language"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# W005, W021: whether the parent domain's other hosts speak https is for the operator to say, not for this program.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Bootstrap's stylesheet draws a few marks as data: images.
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # Browsers hold a form to this on its way on as well, to the page of the identity provider.
        "form-action": ["'self'", *(environment.origin_of(one) for one in IDENTITY_PROVIDERS)],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"subsidy": {"level": "INFO"}, "workflows": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
