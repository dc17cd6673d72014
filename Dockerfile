# One image for every part: `serve` (what it does unless told otherwise), `worker` and `migrate`.
# Nothing is written outside /var/lib/dressform and /tmp: it runs with a read-only root filesystem.
#   docker run --read-only --tmpfs /tmp --env-file dressform.env dressform
#   docker run --read-only --tmpfs /tmp --env-file dressform.env --no-healthcheck dressform worker
# With --build-arg EXTRAS=opendata it can draw an edition of the open dataset, and is 490 MB larger.
# A tag moves. To build from the same base again, pin the digest that
#   docker buildx imagetools inspect python:3.13-slim
# shows, with --build-arg PYTHON_IMAGE=python@sha256:…, and renew it each month.

ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
ARG EXTRAS=
WORKDIR /build
# What builds stays here; the other environment, which is shipped, has no pip.
RUN python -m venv tools && python -m venv --without-pip /opt/dressform
COPY requirements.lock requirements-build.lock requirements-opendata.lock ./
RUN tools/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock \
    && tools/bin/pip --python /opt/dressform/bin/python \
       install --require-hashes --only-binary :all: -r "requirements${EXTRAS:+-$EXTRAS}.lock"
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY src src
RUN tools/bin/pip wheel --no-build-isolation --no-deps --wheel-dir dist . \
    && tools/bin/pip --python /opt/dressform/bin/python install --no-index --no-deps dist/*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Dressform" \
      org.opencontainers.image.description="The backend of a made-to-measure sewing site" \
      org.opencontainers.image.licenses="MIT"
# A number, not a name: then an orchestrator can see by itself that it is not root.
RUN install -d -m 0700 -o 10001 -g 10001 /var/lib/dressform
COPY --from=builder /opt/dressform /opt/dressform
ENV PATH=/opt/dressform/bin:$PATH \
    HOME=/var/lib/dressform \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DRESSFORM_ENVIRONMENT=production \
    DRESSFORM_HOST=0.0.0.0 \
    DRESSFORM_STATE_DIR=/var/lib/dressform
VOLUME /var/lib/dressform
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('DRESSFORM_PORT', '8000') + '/health/live', timeout=4)"]
ENTRYPOINT ["dressform"]
CMD ["serve"]
