# What the server and advctl link beside what the client does. The core needs none of it.

find_package(prometheus-cpp CONFIG REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(ZLIB REQUIRED)

find_path(ADVANTAGED_GRPC_PROTOS grpc/health/v1/health.proto
          PATHS /usr/share/grpc-proto /usr/local/share/grpc-proto REQUIRED)

# For the tests.
advantaged_find_grpc_plugin(python)
