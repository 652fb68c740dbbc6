# What the server, the client and advctl link. The core needs none of it.

find_package(Threads REQUIRED)

# Before gRPC, whose package file would otherwise choose. Newer protobuf ships a
# package file of its own; Debian 12's 3.21 has none and needs CMake's module.
find_package(Protobuf CONFIG QUIET)
if(NOT Protobuf_FOUND)
  find_package(Protobuf REQUIRED)
endif()
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)

find_package(prometheus-cpp CONFIG REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)

find_path(ADVANTAGED_GRPC_PROTOS grpc/health/v1/health.proto
          PATHS /usr/share/grpc-proto /usr/local/share/grpc-proto REQUIRED)

# The code generators: gRPC's package names them as targets in most builds.
foreach(language IN ITEMS cpp python)
  if(TARGET gRPC::grpc_${language}_plugin)
    set(ADVANTAGED_GRPC_${language}_PLUGIN $<TARGET_FILE:gRPC::grpc_${language}_plugin>)
  else()
    find_program(ADVANTAGED_GRPC_${language}_PLUGIN grpc_${language}_plugin REQUIRED)
  endif()
endforeach()
