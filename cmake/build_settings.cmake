# Settings of the whole build. A project that embeds this one keeps its own, so
# all but the language standard apply only at the top level.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# The static libraries may end up in a shared one, such as a Python module.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Results are promised bit for bit, NaN and signed zero included.
foreach(flags IN ITEMS "$ENV{CXXFLAGS}" "${CMAKE_CXX_FLAGS}" "${CMAKE_CXX_FLAGS_RELEASE}")
  if(flags MATCHES "-ffast-math|-Ofast|-funsafe-math-optimizations")
    message(FATAL_ERROR "advantaged cannot be built with ${CMAKE_MATCH_0}: its results would change")
  endif()
endforeach()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(ADVANTAGED_CCACHE ccache)
mark_as_advanced(ADVANTAGED_CCACHE)
if(ADVANTAGED_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ADVANTAGED_CCACHE})
endif()
