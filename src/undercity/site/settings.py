"""Django's settings, made from the environment. Safe by default; `undercity setup` makes it easy."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from undercity import clock
from undercity.site.environment import PACKAGE, environment, remember

ENV = environment()
if len(ENV.secret_key) < 32:
    print("UNDERCITY_SECRET_KEY is missing or shorter than 32 characters. Cure: run `undercity setup`.",
          file=sys.stderr)
    raise SystemExit(2)
clock.set_offset(clock.parse_offset(ENV.clock))

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
DEMO = ENV.demo
# Lower floors may not know the environment; loading the sample city writes its clock through this.
REMEMBER = remember
VAR = ENV.var
# Shown at the foot of every page, each only if it is set.
FOOTER = {"host": ENV.footer_host, "icp": ENV.footer_icp, "police": ENV.footer_police, "code": ENV.footer_code}
# Maps are our own drawing unless a tile server is named; then its host may send pictures.
GRID_TOLERANCE_M2 = ENV.grid_tolerance_m2
MAP = {"tiles": ENV.tiles, "credit": ENV.tiles_credit, "licence": ENV.map_licence}
# Keys other systems gave us.
OPEN311_KEYS = ENV.keys_outside
ALLOWED_HOSTS = [name.strip() for name in ENV.hosts.split(",") if name.strip()]
CSRF_TRUSTED_ORIGINS = [origin.strip() for origin in ENV.origins.split(",") if origin.strip()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "undercity.org",
    "undercity.notices",
    "undercity.ledger",
    "undercity.places",
    "undercity.register",
    "undercity.field",
    "undercity.readings",
    "undercity.cases",
    "undercity.coverage",
    *(["undercity.works"] if ENV.works else []),
    "undercity.forces",
    "undercity.alerts",
    "undercity.inspections",
    "undercity.response",
    "undercity.appraisal",
    "undercity.city",
    "undercity.site",
]

MIDDLEWARE = [
    "undercity.site.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "undercity.site.middleware.ContentPolicy",
    "undercity.response.timelines.OnExercise",
    "undercity.site.middleware.Refusals",
]

ROOT_URLCONF = "undercity.site.urls"
WSGI_APPLICATION = "undercity.site.wsgi.application"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.template.context_processors.i18n",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "undercity.site.context.everywhere",
    ]},
}]

DATABASES = {"default": dj_database_url.parse(ENV.database, conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = None
    # FULL: an acknowledged report outlives a power cut, not only a killed process.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-65536;"
                        "PRAGMA mmap_size=268435456;PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.Person"
AUTHENTICATION_BACKENDS = ["undercity.org.signin.PasswordOfAPerson"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENV.https
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
if ENV.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# A report carries up to three photos beside its text.
DATA_UPLOAD_MAX_MEMORY_SIZE = (ENV.upload_mb * 4) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
# A check of upkeep has one picture for each of its fourteen items.
DATA_UPLOAD_MAX_NUMBER_FILES = 15
PHOTO_MAX_BYTES = ENV.upload_mb * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "site" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = clock.ZONE.key
USE_I18N = True
USE_TZ = True

# Letters to citizens. A demonstration writes its e-mails to files: nothing leaves the machine.
MAIL = bool(ENV.mail) or DEMO
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if DEMO else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL, EMAIL_USE_TLS = ENV.mail_server.values()
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.mail_from
# Where instruments speak; see readings.bridge.Broker.
MQTT = ENV.broker
# Where warnings are dropped as files; see alerts.actions.dropping.
WARNINGS_FOLDER = Path(ENV.warnings) if ENV.warnings else None
# Who knows the roads; see forces.queries.travel.
ROUTING = ENV.routing
SMS_GATEWAY, SMS_KEY = ENV.sms, ENV.sms_key
# Where messages to officers may go besides; see notices.doors. An empty server: the maker's own.
ROBOTS = ENV.group_robots
WEBHOOK_HOSTS = {host.strip() for host in ENV.webhooks.split(",") if host.strip()}
NOTICE_TERMS = ENV.notice_terms
# What stands before a path in a letter, which no request brought.
SITE_ADDRESS = ENV.address or next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
BLUR = ENV.blur

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# Leaflet comes inside a wheel, whose Django app is not installed: its forms need GDAL, its map tag inline script.
STATICFILES_DIRS = [Path(found.origin).parent / "static"] if (
    found := find_spec("leaflet")) and found.origin else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
MEDIA_ROOT = VAR / "media"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "undercity.site.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    # httpx writes whole addresses, and some hold a key.
    "loggers": {"django.request": {"level": "ERROR"}, "django.server": {"level": "WARNING"},
                "httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"},
                # Of apprise nothing at all: it repeats addresses, and urllib3 paths.
                "apprise": {"level": "CRITICAL"}, "urllib3": {"level": "CRITICAL"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
CSRF_FAILURE_VIEW = "undercity.site.refusals.forgery"
