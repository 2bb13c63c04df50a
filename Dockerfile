# One image for the server; `docker run -p 8000:8000 -v clara:/data -e CLARA_SERVICE_KEY=… clara`
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --create-home clara && mkdir /data && chown clara /data
COPY --from=build /venv /venv
USER clara
ENV PATH=/venv/bin:$PATH ENVIRONMENT=production CLARA_DATA_DIR=/data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", \"8000\")}/health/live', timeout=4)"]
CMD ["python", "-m", "clara", "serve"]
