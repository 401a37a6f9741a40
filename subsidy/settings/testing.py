"""Settings of the tests: those of production, less what needs a served https site or a built static folder."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path

# Tests never read what a demo left on this machine, nor write where it lives. One folder serves a whole run: the first
# process names it, the others inherit the name, and the test harness removes it.
if "SUBSIDY_TEST_DATA_DIR" not in os.environ:
    os.environ["SUBSIDY_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="subsidy-test-")
    # The database server's account must be able to enter; what is private inside has its own permissions.
    Path(os.environ["SUBSIDY_TEST_DATA_DIR"]).chmod(0o755)
os.environ["SUBSIDY_DATA_DIR"] = os.environ["SUBSIDY_TEST_DATA_DIR"]
os.environ["SUBSIDY_SECRET_KEY"] = "a key for tests alone, long enough to satisfy every check: 0123456789"
os.environ["SUBSIDY_ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["SUBSIDY_FIELD_KEYS"] = (
    "QSBrZXkgZm9yIHRlc3RzIGFsb25lOiA2NCBieXRlcywgbm8gbW9yZSBhbmQgbm8gbGVzcyAwMTIzNDU2Nzg5IQ=="
)
os.environ["SUBSIDY_HTTPS"] = "0"

# Python has imported the package `subsidy.settings` before this module of it could set anything: read it again.
importlib.reload(sys.modules["subsidy.settings"])

from subsidy.settings import *  # noqa: E402,F403
from subsidy.settings import STATIC_ROOT, STORAGES  # noqa: E402

# Tests read static files where they are kept; whitenoise asks that its own folder exists.
STATIC_ROOT.mkdir(exist_ok=True)

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Signing in is on the path of most tests; the strong hash is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MAIL_IS_SENT = True
COMPONENT_CATALOGUE = True
# Most tests sign people in by force, without a factor; those of the second factor set this themselves.
SECOND_FACTOR_KINDS = frozenset[str]()
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# A code may be typed in at the end of its half minute.
MFA_TOTP_TOLERANCE = 1
# The packs of the tests are the demo's, whose clauses are assumed.
ALLOW_ASSUMED_CLAUSES = True
