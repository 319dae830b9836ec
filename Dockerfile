FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=smarketing.settings \
    SMARKETING_DATA=/srv/data \
    STATIC_ROOT=/srv/static

WORKDIR /srv/app
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY . .
# Without services and secrets: collecting reads and writes nothing but files.
RUN SMARKETING_NO_SERVICES=1 COLLECTING=1 python manage.py collectstatic --no-input --ignore redoc \
    && useradd --system --no-create-home --uid 10001 smarketing \
    && install -d -o smarketing -g smarketing /srv/data

USER smarketing
EXPOSE 8000
