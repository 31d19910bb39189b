"""Settings of the whole house, read from the environment once, at the composition root."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra import logs

BASE_DIR = Path(__file__).resolve().parent.parent
MALL_DATA = Path(os.environ.get("MALL_DATA", BASE_DIR / ".data"))
MALL_PUBLIC_URL = os.environ.get("MALL_PUBLIC_URL", "http://localhost:8000").rstrip("/")
SALEOR_API_URL = os.environ.get("SALEOR_API_URL", "")
EMBEDDED = not SALEOR_API_URL
SALEOR_APP_TOKEN = os.environ.get("SALEOR_APP_TOKEN", "")
SALEOR_EMAIL = os.environ.get("SALEOR_EMAIL", "")
SALEOR_PASSWORD = os.environ.get("SALEOR_PASSWORD", "")


def secret(name: str, make: object = None) -> str:
    """Return the secret kept in the data folder under `name`, made on first use (mode 600)."""
    folder = MALL_DATA / "secrets"
    path = folder / name
    if not path.exists():
        import secrets

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def database(url: str, sqlite_name: str) -> dict[str, object]:
    """Return Django's description of one database: PostgreSQL by URL, or a SQLite file in the data folder."""
    if not url:
        MALL_DATA.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(MALL_DATA / sqlite_name),
            "CONN_MAX_AGE": None,
            "TEST": {"DEPENDENCIES": []},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                "PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"DEPENDENCIES": []},
    }


SECRET_KEY = os.environ.get("SECRET_KEY") or secret("django")
DEBUG = os.environ.get("MALL_DEBUG") == "1"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(MALL_PUBLIC_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [MALL_PUBLIC_URL]

DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", ""), "mall.sqlite3"),
    "engine": database(os.environ.get("ENGINE_DATABASE_URL", ""), "engine.sqlite3"),
}
if DATABASES["engine"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["engine"]["ENGINE"] = "infra.prepared_postgres"
DATABASE_ROUTERS = ["infra.databases.EngineRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ENGINE_APPS = [
    f"infra.engine.{app}"
    for app in (
        "products",
        "apps",
        "deliveries",
        "settled",
        "media",
        "menus",
        "customers",
        "discounts",
        "warehouses",
        "checkout",
        "orders",
        "payments",
        "giftcards",
        "shipping",
    )
]
MALL_APPS = [
    f"marketplace.{app}"
    for app in (
        "kernel",
        "saleor",
        "messages",
        "accounts",
        "merchants",
        "catalog",
        "curation",
        "checkout",
        "orders",
        "settlement",
    )
]
PLUGIN_APPS = sorted({entry.value.rpartition(".")[0] for entry in entry_points(group="mall.plugins")})
"""The packages of the plugins that are installed here, ours and strangers', found by their entry points."""

WAGTAIL_APPS = [
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    *MALL_APPS,
    *PLUGIN_APPS,
    *WAGTAIL_APPS,
    "storefront.shop",
    "storefront.counter",
    "storefront.ward",
    "storefront.pool",
    "storefront.demo",
    *(ENGINE_APPS if EMBEDDED else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "infra.urls"
WSGI_APPLICATION = "infra.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "shop",
        "DIRS": [BASE_DIR / "storefront" / "templates" / "shop"],
        "OPTIONS": {"environment": "storefront.jinja.build_environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "storefront" / "templates"],
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
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: whoever makes the user knows the address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

STATIC_URL = "/static/"
STATIC_ROOT = MALL_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "storefront" / "assets"]
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "storefront" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MALL_PUBLIC_URL.startswith("https:")

LOGGING = logs.configuration(os.environ.get("MALL_LOG_LEVEL", "INFO"))

MALL_EMBEDDED_WORKER = "infra.engine.tasks.work" if EMBEDDED else ""
ENGINE_PUBLIC_URL = MALL_PUBLIC_URL
ENGINE_DATA = MALL_DATA / "engine"
#: nets that addresses which others name (webhooks, manifests, pictures) may lead to though they are not public
ENGINE_PRIVATE_TARGETS = [ip_network(each) for each in os.environ.get("MALL_ENGINE_PRIVATE_TARGETS", "").split()]
#: nets that webhooks, manifests and token targets of apps may lead to besides: a mall that is itself reached over
#: loopback only has its apps there too
ENGINE_APP_TARGETS = ENGINE_PRIVATE_TARGETS
if "MALL_ENGINE_PRIVATE_TARGETS" not in os.environ and urlsplit(MALL_PUBLIC_URL).hostname in LOOPBACK_NAMES:
    ENGINE_APP_TARGETS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
ENGINE_TEST_CONTROL = os.environ.get("MALL_ENGINE_TEST_CONTROL") == "1"
ENGINE_LOCAL_ORIGINS = {MALL_PUBLIC_URL: "infra.local.call"}
ENGINE_HANDLER = "infra.engine.handler.handle"
ENGINE_ENSURE_SUPERUSER = "infra.engine.bootstrap.ensure_superuser"
SEARCH_BACKEND = "infra.search.tantivy_backend.TantivyBackend"
SEARCH_INDEX = MALL_DATA / "search"

MEDIA_ROOT = MALL_DATA / "files"
MEDIA_URL = "/files/"
WAGTAIL_SITE_NAME = "まちいち"
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_BASE_URL = MALL_PUBLIC_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
MALL_DEMO_CHECK = "infra.demo.load.is_demo"
MALL_DEMO_ACCOUNTS = "infra.demo.load.accounts"
