# One image for `serve`, `work`, `migrate` and every other command of `marketplace`.
# Any Debian with Python 3.11 or newer will do: docker build --build-arg BASE_IMAGE=...
ARG BASE_IMAGE=python:3.13-slim-bookworm

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python3 -m venv /opt/marketplace
# What changes seldom comes first: a new version of ours costs one small layer.
COPY requirements/run.lock requirements/
RUN /opt/marketplace/bin/python -m pip install --require-hashes --no-deps --only-binary :all: \
    --requirement requirements/run.lock
COPY LICENSE README.md pyproject.toml ./
COPY src src
RUN /opt/marketplace/bin/python -m pip install --no-deps --no-build-isolation .

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="marketplace" \
      org.opencontainers.image.description="A multi-merchant shop platform with a REST API" \
      org.opencontainers.image.licenses="MIT"
# With an entry in the list of accounts, which the embedded PostgreSQL asks for.
RUN groupadd --system --gid 10001 marketplace \
    && useradd --system --uid 10001 --gid marketplace --shell /usr/sbin/nologin \
       --home-dir /var/lib/marketplace --create-home marketplace
COPY --from=build /opt/marketplace /opt/marketplace
ENV PATH=/opt/marketplace/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    VAR_DIR=/var/lib/marketplace \
    LOG_FORMAT=json
WORKDIR /var/lib/marketplace
USER 10001:10001
EXPOSE 8000
# Asks by a name the server answers to; `work` and `migrate` listen nowhere and switch this off.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].strip(' .*') or 'localhost'; \
live = 'http://127.0.0.1:' + os.environ['PORT'] + '/health/live'; \
web.urlopen(web.Request(live, headers={'Host': host}), timeout=2)"]
ENTRYPOINT ["marketplace"]
CMD ["serve"]
