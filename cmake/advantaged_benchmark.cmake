# Benchmarks.
#
#   advantaged_benchmark(kernels SRCS kernels_bench.cc DEPS advantaged::core)
#
# makes the Google Benchmark program build/bench/kernels_bench (main included).
# The target "bench" builds and runs all of them, one after the other.

find_package(benchmark CONFIG REQUIRED)

add_custom_target(bench)

function(advantaged_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  set(target ${name}_bench)
  add_executable(${target} ${arg_SRCS})
  advantaged_configure_target(${target} PRIVATE)
  target_link_libraries(${target} PRIVATE ${arg_DEPS} benchmark::benchmark_main)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  # USES_TERMINAL: shown as it runs, and never two at a time.
  add_custom_target(run_${target} COMMAND ${target} USES_TERMINAL VERBATIM)
  add_dependencies(bench run_${target})
endfunction()
