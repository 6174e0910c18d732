# The service. What it keeps lies in /data, what it is told in /etc/hitl and the environment:
#   docker build -t hitl .
#   docker run -p 8080:8080 -v hitl:/data -v "$PWD/policy.toml":/etc/hitl/policy.toml:ro \
#     --env-file .env hitl
#
# The base is named by Python's minor version and Debian's release, so that building again brings
# security fixes. For builds that never differ, add the digest that you have looked at: tag@sha256:…
FROM python:3.13-slim-trixie AS base

FROM base AS build
WORKDIR /src
# A virtual environment keeps working only under the path it was made at: the same one below.
ENV VIRTUAL_ENV=/opt/hitl \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
COPY requirements-build.txt ./
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
    -r requirements-build.txt
RUN python -m venv --without-pip /opt/hitl
# Before the sources: a change of code then leaves this layer as it is.
COPY requirements.txt ./
RUN uv pip install --require-hashes --no-deps --only-binary :all: --compile-bytecode \
    -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY hitl ./hitl
# The build back end is the pinned one, not whichever is newest today.
RUN python -m hatchling build -t wheel -d /src/wheels
RUN uv pip install --no-deps --no-index --compile-bytecode /src/wheels/*.whl

FROM base
LABEL org.opencontainers.image.title="hitl" \
      org.opencontainers.image.description="Human-in-the-loop review of unsure AI decisions, in Slack" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number, so that Kubernetes can see that it isn't root.
RUN groupadd --system --gid 10001 hitl \
    && useradd --system --uid 10001 --gid hitl --no-create-home --home-dir /data hitl \
    && install --directory --owner=hitl --group=hitl --mode=0750 /data \
    && install --directory /etc/hitl
COPY --from=build /opt/hitl /opt/hitl
# Two heaps for all threads rather than one for most: 18 MB less after load on PostgreSQL.
ENV PATH=/opt/hitl/bin:$PATH \
    MALLOC_ARENA_MAX=2 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HITL_HOST=0.0.0.0 \
    HITL_PORT=8080 \
    HITL_DATABASE_URL=sqlite:////data/hitl.db \
    HITL_POLICY=/etc/hitl/policy.toml
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive, not ready: a database that is away is no reason to end the process that waits for it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "\
import http.client, os; \
local = http.client.HTTPConnection('127.0.0.1', int(os.environ['HITL_PORT']), timeout=4); \
local.request('GET', '/healthz'); \
raise SystemExit(local.getresponse().status != 200)"]
ENTRYPOINT ["hitl"]
CMD ["serve"]
