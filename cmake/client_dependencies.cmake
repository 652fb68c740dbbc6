# What the contract and the C++ client link.

# A project that embeds this one links them too, from another folder.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)

find_package(Threads REQUIRED)

# Before gRPC, whose package file would otherwise choose. Newer protobuf ships a
# package file of its own; Debian 12's 3.21 has none and needs CMake's module.
find_package(Protobuf CONFIG QUIET)
if(NOT Protobuf_FOUND)
  find_package(Protobuf REQUIRED)
endif()
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)

unset(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)

# The code generator: gRPC's package names it as a target in most builds.
function(advantaged_find_grpc_plugin language)
  if(TARGET gRPC::grpc_${language}_plugin)
    set(ADVANTAGED_GRPC_${language}_PLUGIN $<TARGET_FILE:gRPC::grpc_${language}_plugin> PARENT_SCOPE)
  else()
    find_program(ADVANTAGED_GRPC_${language}_PLUGIN grpc_${language}_plugin REQUIRED)
  endif()
endfunction()

advantaged_find_grpc_plugin(cpp)
