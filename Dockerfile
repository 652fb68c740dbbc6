# The image: both programs and the files of Debian packages that they use, nothing else. docs/image.md
#
#   docker build --tag advantaged:0.1.0 .
#
# BASE is only what it is built in: nothing of it is in the image but what collect.py takes. Any
# Debian 12 will do. Where packages must come from elsewhere, the two secrets replace apt's sources
# and settings; neither is kept in a layer (docs/image.md).
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
# These first: as long as the lists are the same, packages need not be installed again.
COPY scripts/install_packages.sh scripts/
COPY scripts/packages scripts/packages
RUN --mount=type=secret,id=apt-sources,target=/etc/apt/sources.list.d/debian.sources,mode=0444 \
    --mount=type=secret,id=apt-settings,target=/etc/apt/apt.conf.d/90settings,mode=0444 \
    apt-get -q update && apt-get -q -y upgrade && scripts/install_packages.sh build test
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY scripts scripts
COPY proto proto
COPY base base
COPY core core
COPY client/cpp client/cpp
COPY server server
COPY cli cli
COPY data data
COPY tests tests
RUN scripts/configure.sh release build ADVANTAGED_BUILD_TESTS=ON && \
    cmake --build --preset release --target advantaged advctl advantaged_proto_for_tests core_vectors_test

# The core against exact values, and these very programs as clients meet them. `make test` has the rest.
FROM build AS test
RUN ctest --preset release --tests-regex \
    '^core\.Themes/CoreVectors|^server\.(calls|config|drain|health_reflection|http|json|lifecycle|stream|tls|tls_reload)$|^cli\.(compute|errors|methods|tls)$'

# Made of `test`, not of `build`: an image whose tests fail cannot be had.
FROM test AS collect
COPY LICENSE ./
COPY deploy/image deploy/image
RUN python3 deploy/image/collect.py --build build --root /image

FROM scratch
ARG VERSION=0.1.0
# The commit it is made of; whoever builds it knows.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="advantaged" \
      org.opencontainers.image.description="Advantages of reinforcement-learning rewards, as a service" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=collect /image /
# A number, so that Kubernetes can see that it is not root's.
USER 65532:65532
# Containers are reached from outside; the programs' own defaults are loopback.
ENV ADVANTAGED_LISTEN=0.0.0.0:50051 \
    ADVANTAGED_HTTP_LISTEN=0.0.0.0:9464
EXPOSE 50051 9464
# Ends what is in flight, then exits with 0.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/advantaged"]
