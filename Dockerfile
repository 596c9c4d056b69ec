# Palomar from this tree: `docker build -t palomar .`, then `docker run --rm palomar --help`.
# Every dependency has wheels for x86-64 and arm64, so nothing is compiled.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/palomar && /opt/palomar/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/palomar /opt/palomar
ENV PATH=/opt/palomar/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 4245 --home-dir /data --shell /usr/sbin/nologin palomar \
    && install --directory --owner=palomar --group=palomar /data
USER palomar
WORKDIR /data
VOLUME /data
EXPOSE 4245
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=5 \
    CMD ["palomar", "status", "--server", "localhost:4245"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["palomar"]
CMD ["relay", "--listen", "0.0.0.0:4245", "--data", "/data/palomar.db"]
