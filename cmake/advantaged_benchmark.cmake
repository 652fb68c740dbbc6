# Benchmarks.
#
#   advantaged_benchmark(kernels SRCS kernels_bench.cc DEPS advantaged::core)
#
# makes the Google Benchmark program build/bench/kernels_bench (main included).
# "benchmarks" builds all of them; tests/bench/CMakeLists.txt runs them.

find_package(benchmark CONFIG REQUIRED)

add_custom_target(benchmarks)

function(advantaged_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  set(target ${name}_bench)
  add_executable(${target} ${arg_SRCS})
  advantaged_configure_target(${target} PRIVATE)
  target_link_libraries(${target} PRIVATE ${arg_DEPS} benchmark::benchmark_main)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(benchmarks ${target})
endfunction()
