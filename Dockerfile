# bench-runner for machines without a GPU: `docker build --tag bench-runner .`

# an older glibc than that of the image that runs it
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo xtask dist \
    && mkdir /release \
    && tar --extract --file target/archives/*.tar.gz --strip-components 1 --directory /release

FROM debian:trixie-slim
RUN useradd --create-home --uid 10001 bench && install --directory --owner bench /work
COPY --from=build /release/ /opt/bench-runner/
ENV PATH=/opt/bench-runner:$PATH
USER 10001
WORKDIR /work
ENTRYPOINT ["bench-runner"]
CMD ["--help"]
