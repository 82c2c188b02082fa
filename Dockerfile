# The portal's image: web, worker and beat differ only in their command. Built from the same lock as everything else.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/srv/static BEAT_FILE=/srv/beat/schedule
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
# Collecting static files reads the settings and opens no connection, so the values below reach nothing.
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home portal \
    && mkdir -p /srv/static /srv/beat /srv/evidence && chown portal:portal /srv/beat /srv/evidence \
    && SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost \
       python manage.py collectstatic --noinput -v0
USER portal
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--timeout=60", "--graceful-timeout=20", "--access-logfile=-", "--no-control-socket"]
