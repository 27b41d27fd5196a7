# The daemon, as a user without rights, on a file system that it cannot write to. No secret is part of the image.
FROM python:3.13-slim AS build

# Built with what the lock names, hash by hash, in an environment that stays behind.
RUN python -m venv /build && python -m venv --without-pip /opt/signer-proxy
COPY requirements.txt /src/
RUN /build/bin/python -m pip install --no-cache-dir --require-hashes --requirement /src/requirements.txt
COPY pyproject.toml README.md CHANGELOG.md LICENSE /src/
COPY addons /src/addons
COPY config /src/config
COPY signer_proxy /src/signer_proxy
RUN cd /src && /build/bin/python -m hatchling build -t wheel -d /dist

# Then the same versions once more, and the wheel, where the daemon will find them.
RUN /build/bin/python -m pip --python /opt/signer-proxy/bin/python install --no-cache-dir --no-compile \
      --require-hashes --requirement /src/requirements.txt \
 && /build/bin/python -m pip --python /opt/signer-proxy/bin/python install --no-cache-dir --no-compile --no-deps \
      /dist/*.whl \
 && /opt/signer-proxy/bin/python -m compileall -q /opt/signer-proxy

FROM python:3.13-slim
COPY --from=build /opt/signer-proxy /opt/signer-proxy

# What is written goes where a tmpfs or a volume is put; HOME is for libraries that ask.
ENV PATH=/opt/signer-proxy/bin:$PATH \
    HOME=/tmp \
    XDG_RUNTIME_DIR=/tmp \
    XDG_STATE_HOME=/state \
    SIGNER_PROXY_CONFIG=/config/signer-proxy.toml \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# A number, so that an orchestrator can see that it is not root; any other does as well.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asked without the proxy that the environment may name for the API.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["python", "-c", \
       "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8079/healthz', timeout=4)"]

ENTRYPOINT ["signer-proxy"]
CMD ["run"]
