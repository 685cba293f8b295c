# The program as one image for web, worker, beat and migrations: docker-compose.yml says which does what.
# No demonstration data, no secrets; it refuses to start without a SECRET_KEY.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

# Pango and its relatives lay out the PDFs. The person who runs the program owns nothing but var/.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin sharingvalue

WORKDIR /app

COPY requirements.txt .
RUN python -m pip install --no-deps --require-hashes --requirement requirements.txt

COPY . .
# Compiled here, because the program may not write into its own folder; static files named and compressed likewise.
RUN python -m compileall -q sharingvalue stakeholders projects insights \
    && SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p var/files var/beat \
    && chown -R sharingvalue: var/files var/beat

USER sharingvalue
ENV BIND=0.0.0.0 PORT=8000 XDG_CACHE_HOME=/tmp
EXPOSE 8000
CMD ["gunicorn", "--config", "sharingvalue/run/gunicorn.conf.py", "sharingvalue.wsgi"]
