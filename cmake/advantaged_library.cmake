# Targets of this project, in one shape.
#
#   advantaged_library(codec
#     SRCS codec.cc codec.h            relative to the calling folder
#     DEPS advantaged::methods         needed by the sources only
#     PUBLIC_DEPS advantaged::batch)   needed by the headers too
#
# makes the static library advantaged_codec with the alias advantaged::codec.
# Without a .cc file it makes a header-only library.
#
#   advantaged_executable(advctl SRCS main.cc DEPS advantaged::client)
#
# makes the program build/bin/advctl and installs it (component "runtime").
#
# Includes name the path from the repository root: #include "base/text.h".

# GCC's undefined-behaviour sanitizer rewrites shifts before this warning looks at
# them, and (byte >> i) & 1U is reported. The other presets report the real ones.
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*undefined")
  set(sign_conversion -Wsign-conversion)
endif()

add_library(advantaged_compile_options INTERFACE)
target_compile_options(
  advantaged_compile_options
  INTERFACE
    # One result for every instruction set: GCC would fuse a*b+c where the target
    # has FMA and not elsewhere.
    -ffp-contract=off
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    ${sign_conversion}
    -Wold-style-cast
    -Wnon-virtual-dtor
    -Woverloaded-virtual
    -Wformat=2
    -Wimplicit-fallthrough
    -Wundef
    $<$<BOOL:${ADVANTAGED_WERROR}>:-Werror>)

# Warnings, and the repository root as include folder. Neither is part of what an
# installed target tells its users.
function(advantaged_configure_target target scope)
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  if(NOT scope STREQUAL "INTERFACE")
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:advantaged_compile_options>)
  endif()
endfunction()

function(advantaged_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS;PUBLIC_DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "advantaged_library(${name}): unexpected ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target advantaged_${name})
  set(sources ${arg_SRCS})
  list(FILTER sources INCLUDE REGEX "\\.(cc|cpp|c)$")
  if(sources)
    add_library(${target} STATIC ${arg_SRCS})
    advantaged_configure_target(${target} PUBLIC)
    target_link_libraries(${target} PRIVATE ${arg_DEPS} PUBLIC ${arg_PUBLIC_DEPS})
  else()
    add_library(${target} INTERFACE ${arg_SRCS})
    advantaged_configure_target(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_DEPS} ${arg_PUBLIC_DEPS})
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  add_library(advantaged::${name} ALIAS ${target})
endfunction()

function(advantaged_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "advantaged_executable(${name}): unexpected ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name} ${arg_SRCS})
  advantaged_configure_target(${name} PRIVATE)
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
  install(TARGETS ${name} RUNTIME COMPONENT runtime)
endfunction()
