FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/popscope
ENV PATH=/opt/popscope/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY .ci/requirements.txt .ci/
RUN pip install --require-hashes --only-binary :all: -r .ci/requirements.txt
COPY LICENSE README.md pyproject.toml ./
COPY app app
COPY static static
COPY templates templates
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN groupadd --gid 10001 popscope \
    && useradd --uid 10001 --gid popscope --no-create-home --shell /usr/sbin/nologin popscope \
    && mkdir /spool && chown popscope:popscope /spool
COPY --from=build /opt/popscope /opt/popscope
ENV PATH=/opt/popscope/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TMPDIR=/spool
# What is freed is overwritten, passwords too: see SECURITY.md.
ENV PYTHONMALLOC=pymalloc_debug
USER 10001:10001
# Nothing is written but temporary files, large ones: run it read-only, with a volume on /spool.
VOLUME /spool
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=3)"]
ENTRYPOINT ["popscope"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
