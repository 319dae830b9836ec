"""All settings, in fixed order; every value that differs between places comes from the environment."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from smarketing.lib import env

# -- Where and who ------------------------------------------------------------------------------
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.text("SMARKETING_DATA", str(BASE_DIR / ".data"))
NO_SERVICES = env.flag("SMARKETING_NO_SERVICES", default=False)
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "not-secret-because-nothing-is-served" if NO_SERVICES else None)
FIELD_KEY = env.text("FIELD_KEY", "" if NO_SERVICES else None)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
BASE_URL = env.text("BASE_URL", "http://localhost:8000")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
HTTPS = BASE_URL.startswith("https://")

# -- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "smarketing",
    "events",
    "tenants",
    "notifications",
    "sla",
    "leads",
    "intake",
    "arbitration",
    "dashboards",
]

MIDDLEWARE = [
    "smarketing.lib.middleware.RequestIdMiddleware",
    "smarketing.lib.middleware.HeadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smarketing.lib.middleware.PolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "smarketing.lib.middleware.BodyLimitMiddleware",
    # From here on, one transaction holds the whole response.
    "smarketing.lib.middleware.ScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.middleware.TenantMiddleware",
]

ROOT_URLCONF = "smarketing.urls"
WSGI_APPLICATION = "smarketing.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smarketing.shell.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "libraries": {"ui": "smarketing.lib.templatetags.ui"},
        },
    }
]

# Widgets are found among our own templates first.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Database and Redis protocol ----------------------------------------------------------------
_NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"
DATABASES = {"default": env.database(env.text("DATABASE_URL", _NOWHERE if NO_SERVICES else None))}
_sweeper_url = env.text("SWEEPER_DATABASE_URL", "")
if _sweeper_url:
    DATABASES["sweeper"] = env.database(_sweeper_url)
DATABASE_ROUTERS = ["smarketing.lib.routers.OneSchema"]
# Migrations run as the owner of the schema and belong to no organisation.
TENANCY_GUARD = DATABASES["default"]["USER"] != "sm_migrate"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:1" if NO_SERVICES else None)

# -- Celery: the queue is a hint, the tables are the truth ----------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
    "queue_order_strategy": "smarketing.lib.queues:DeadlinesFirst",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# After so many tasks a worker connects to the database anew; until then it keeps its connections.
CELERY_DB_REUSE_MAX = 10_000
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "celery"
# One queue per kind of work, so that none waits behind another.
CELERY_TASK_ROUTES = {
    "sla.*": {"queue": "sla"},
    "events.*": {"queue": "outbox"},
    "dashboards.*": {"queue": "kpi"},
    "leads.*": {"queue": "bulk"},
    "tenants.*": {"queue": "bulk"},
    "notifications.*": {"queue": "mail"},
}

# -- People and sign-in ---------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tenants.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# Nobody signs up here, so a stranger has nothing to be told by mail.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
# The limits are our own: allauth's need a cache that is up (smarketing.lib.rate_limit).
ACCOUNT_RATE_LIMITS = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "smarketing.pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# -- What a browser may do --------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# A submission is at most 64 KB and a batch 5 MB; only what takes files reads more, and says how much (max_body_bytes,
# max_upload_bytes). A file of 5 MB in JSON (base64) is what is read into memory at most.
MAX_BODY_BYTES = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 7 * 1024 * 1024
# Uploads never touch the disk: the files of an organisation live in the database, behind its policies.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 26 * 1024 * 1024
# All files of one organisation together.
MAX_STORED_BYTES = env.number("MAX_STORED_MB", 200) * 1024 * 1024

# -- Language, time, static files ---------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = env.text("STATIC_ROOT", str(Path(DATA_DIR) / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_COLLECTED = (Path(STATIC_ROOT) / "staticfiles.json").exists() and not DEBUG
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
# Only what pages name is kept and compressed: half the work of the first start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "woff2", "br", "gz", "zip", "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED or env.flag("COLLECTING", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- REST -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["smarketing.lib.api.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["smarketing.lib.api.StrictJsonParser"],
    "EXCEPTION_HANDLER": "smarketing.lib.api.handle",
    "DEFAULT_SCHEMA_CLASS": "smarketing.lib.openapi.document.Described",
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
# Calls in ten seconds that one key and one client address may make; more answer 429 with Retry-After.
RATE_PER_KEY = env.number("RATE_PER_KEY", 1000)
RATE_PER_ADDRESS = env.number("RATE_PER_ADDRESS", 1000)
# A form's key is public: what all visitors of a page, and one visitor, may send in ten seconds.
RATE_PER_FORM = env.number("RATE_PER_FORM", 500)
RATE_PER_VISITOR = env.number("RATE_PER_VISITOR", 60)
SPECTACULAR_SETTINGS = {
    "TITLE": "Smarketing",
    "DESCRIPTION": "Every step of the loop that a person can do in the browser, a client can do here.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# -- Mail -------------------------------------------------------------------------------------------
# smtp://, smtp+starttls:// or smtps://user:password@host:port; empty keeps every mail in the log of the outbox.
EMAIL_URL = env.text("EMAIL_URL", "")
EMAIL_BACKEND = "smarketing.lib.mail.Backend"
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Smarketing <no-reply@localhost>")

# -- Posting to addresses that customers typed ------------------------------------------------------------
# Development only: lets webhooks and chat channels lead to this machine, also without TLS.
OUTBOUND_ALLOW_LOOPBACK = env.flag("OUTBOUND_ALLOW_LOOPBACK", default=False)

# -- Logging: every line names the request and the organisation ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "smarketing.lib.logs.ContextFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s org=%(organisation)s] %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["context"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
