# Tests, one helper per kind. LABEL is one of bench, core, server, cli, client, deploy, docs, package,
# style (tests/fuzz adds its own, fuzz). Beside it may stand
#
#   slow          too slow under a sanitizer
#   concurrency   threads share something; server and client always do
#   nightly       too long for every submission: `make nightly` runs it, `make test` does not
#
# Choose with `ctest -L core`, `ctest -LE slow`.
#
#   advantaged_test(stages LABEL core SRCS stages_test.cc stop_test.cc DEPS advantaged::core
#                   PRECOMPILE <vector>)
#
# makes the GoogleTest program build/test/stages_test (main included) and one
# ctest test per TEST, named core.Suite.Name. GoogleTest's headers and PRECOMPILE are compiled once
# for all SRCS where there are several. The sources are not optimized, except with OPTIMIZE, for
# those that compute much themselves.
#
#   advantaged_python_test(file_size LABEL style SCRIPT file_size.py ARGS --root ..)
#   advantaged_pytest(calls LABEL server SRCS calls_test.py ENVIRONMENT NAME=VALUE)
#
# run a script, or pytest on files, with the interpreter whose packages are
# Debian's, or with PYTHON. The generated Python modules are on PYTHONPATH, except
# with PYTHON, whose packages bring their own.
#
# Each has ADVANTAGED_TEST_TIMEOUT seconds, which only what hangs ever needs: a test must not depend on
# the machine being fast.

find_package(GTest REQUIRED)
find_package(Boost 1.74 REQUIRED) # Multiprecision: exact references
include(GoogleTest)

# Not find_package(Python3): the first python3 on PATH may be another one, which
# does not see the packages that scripts/packages/test.txt installs.
set(ADVANTAGED_PYTHON /usr/bin/python3 CACHE FILEPATH "Python that runs the tests")
# Made by scripts/python_environment.sh, for the tests of what it installs there.
set(ADVANTAGED_ENVIRONMENT ${PROJECT_SOURCE_DIR}/build/venv)
# prometheus and promtool, which scripts/fetch_prometheus.sh puts there.
set(ADVANTAGED_TOOLS ${PROJECT_SOURCE_DIR}/build/tools)

# Of release builds: GCC takes half of its time to optimize assertions, and what they are about is
# optimized in its library.
set(ADVANTAGED_UNOPTIMIZED $<$<CONFIG:Release>:-O0>)

# What the thread sanitizer's tests need built.
add_custom_target(concurrency_tests)
set(ADVANTAGED_TEST_TIMEOUT 900)

macro(advantaged_parse_test helper)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZE" "SCRIPT;PYTHON"
                        "LABEL;SRCS;DEPS;ARGS;ENVIRONMENT;DEFINITIONS;PRECOMPILE")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_LABEL)
    message(FATAL_ERROR "${helper}(${name}): LABEL is needed, '${arg_UNPARSED_ARGUMENTS}' is not")
  endif()
  list(GET arg_LABEL 0 room)
endmacro()

function(advantaged_test name)
  advantaged_parse_test(advantaged_test)
  set(target ${name}_test)
  add_executable(${target} ${arg_SRCS})
  advantaged_configure_target(${target} PRIVATE)
  target_link_libraries(${target} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})
  if(arg_LABEL MATCHES "server|client|concurrency")
    add_dependencies(concurrency_tests ${target})
  endif()
  if(NOT arg_OPTIMIZE)
    target_compile_options(${target} PRIVATE ${ADVANTAGED_UNOPTIMIZED})
  endif()
  list(LENGTH arg_SRCS source_count)
  if(source_count GREATER 3)
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${arg_PRECOMPILE})
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  # PRE_TEST: a program is asked for its tests when ctest runs, so the build never
  # runs one, and the environment of the sanitizer presets applies.
  gtest_discover_tests(
    ${target}
    TEST_PREFIX ${room}.
    EXTRA_ARGS ${arg_ARGS}
    NO_PRETTY_VALUES
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT ${ADVANTAGED_TEST_TIMEOUT}
    PROPERTIES TIMEOUT ${ADVANTAGED_TEST_TIMEOUT})
  # gtest_discover_tests takes properties that are lists apart, so they are set by
  # a script that ctest reads after the one with the tests.
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_lists.cmake)
  file(CONFIGURE OUTPUT ${script} CONTENT [[
foreach(test IN LISTS @target@_TESTS)
  set_tests_properties("${test}" PROPERTIES LABELS "@arg_LABEL@" ENVIRONMENT "@arg_ENVIRONMENT@")
endforeach()
]] @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

function(advantaged_add_python name)
  set(python ${ADVANTAGED_PYTHON})
  set(path ${CMAKE_BINARY_DIR}/generated/python)
  if(arg_PYTHON)
    set(python ${arg_PYTHON})
    set(path)
  endif()
  add_test(NAME ${room}.${name} COMMAND ${python} ${ARGN}
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(
    ${room}.${name}
    PROPERTIES TIMEOUT ${ADVANTAGED_TEST_TIMEOUT}
               LABELS "${arg_LABEL}"
               ENVIRONMENT
               "PYTHONPATH=${path};PYTHONDONTWRITEBYTECODE=1;${arg_ENVIRONMENT}")
endfunction()

function(advantaged_python_test name)
  advantaged_parse_test(advantaged_python_test)
  advantaged_add_python(${name} ${arg_SCRIPT} ${arg_ARGS})
endfunction()

function(advantaged_pytest name)
  advantaged_parse_test(advantaged_pytest)
  advantaged_add_python(${name} -m pytest -q -p no:cacheprovider ${arg_SRCS} ${arg_ARGS})
endfunction()
