# The installed libraries: find_package(advantaged) gives advantaged::core, and
# find_package(advantaged COMPONENTS client) gives advantaged::client, which needs gRPC.
#
#   advantaged_install(core TARGETS advantaged_core
#                      INCLUDES ${CMAKE_CURRENT_SOURCE_DIR}/include)
#
# called after advantaged_library(core ...), adds include/ to what users of the
# library see and installs it with the archive and the package files (component
# "core"). A static library takes along the libraries it links: those of this project
# are named as further TARGETS.

include(CMakePackageConfigHelpers)

set(ADVANTAGED_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/advantaged)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/advantagedConfig.cmake.in
  ${PROJECT_BINARY_DIR}/advantagedConfig.cmake INSTALL_DESTINATION ${ADVANTAGED_PACKAGE_DIR})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/advantagedConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

function(advantaged_install component)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "INCLUDES" "TARGETS")
  target_include_directories(
    advantaged_${component} PUBLIC $<BUILD_INTERFACE:${arg_INCLUDES}>
                                   $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  install(TARGETS ${arg_TARGETS} EXPORT advantaged-${component} ARCHIVE COMPONENT ${component})
  install(DIRECTORY ${arg_INCLUDES}/advantaged DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          COMPONENT ${component})
  install(EXPORT advantaged-${component} NAMESPACE advantaged:: DESTINATION ${ADVANTAGED_PACKAGE_DIR}
          COMPONENT ${component})
  # With each: either may be installed without the other.
  install(FILES ${PROJECT_BINARY_DIR}/advantagedConfig.cmake
                ${PROJECT_BINARY_DIR}/advantagedConfigVersion.cmake
          DESTINATION ${ADVANTAGED_PACKAGE_DIR} COMPONENT ${component})
endfunction()
