# One image for every process of Rekom; which one it is says the command.
# The packages are those of requirements/core.lock, each checked by its hash, none built from source.
FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/core.lock /build/core.lock
RUN python -m venv /rekom/venv \
    && /rekom/venv/bin/pip install --require-hashes --only-binary=:all: -r /build/core.lock

FROM python:3.13-slim
# pg_dump and pg_restore for `rekom backup`, of the server's version: an older pg_dump refuses. Debian's own are older, so
# Debian's postgresql-common adds PostgreSQL's package list, with its key.
ARG POSTGRESQL=18
RUN apt-get update -q \
    && apt-get install -qy --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -qy --no-install-recommends postgresql-client-${POSTGRESQL} \
    && rm -rf /var/lib/apt/lists/*
# A fixed number, so that the owner of the volume's files stays the same from one version to the next.
RUN groupadd --gid 10001 rekom \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin rekom \
    && install -d -m 700 -o rekom -g rekom /data
COPY --from=packages /rekom/venv /rekom/venv
WORKDIR /rekom/app
COPY LICENSE ./
COPY workflows ./workflows
COPY schemas ./schemas
COPY verify ./verify
RUN /rekom/venv/bin/python -m compileall -q verify schemas workflows
ENV PATH=/rekom/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    REKOM_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "verify.cli", "health", "web"]
CMD ["python", "-m", "verify.cli", "web", "--host", "0.0.0.0", "--port", "8000"]
