FROM node:22-bookworm-slim AS dashboard
WORKDIR /source/web
COPY workflows /source/workflows
COPY web ./
RUN npm ci --no-audit --no-fund && npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY crates ./crates
COPY migrations ./migrations
COPY workflows ./workflows
COPY --from=dashboard /source/web/dist ./web/dist
# The folders of the two cache mounts are not part of the image, so the binary is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --profile dist --package highline-cli --bin highline \
    && cp target/dist/highline /usr/local/bin/highline

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin highline \
    && install --directory --owner=highline --group=highline /data
COPY --from=build /usr/local/bin/highline /usr/local/bin/highline
USER highline
# Highline looks for data, workflows, connectors and connections.yaml in its working directory: here that makes them
# /data, /workflows, /connectors and /connections.yaml, to be mounted.
WORKDIR /
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["highline", "health"]
ENTRYPOINT ["highline"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
