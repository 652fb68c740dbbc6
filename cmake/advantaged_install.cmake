# The installed library: find_package(advantaged) gives advantaged::core.
#
#   advantaged_install_core(kernels)
#
# called in core/CMakeLists.txt after advantaged_library(core ...), adds
# core/include/ to what users of advantaged::core see and installs it with the
# archive and the package files (component "core"). A static library takes along
# the libraries it links: name those of this project as arguments.

include(CMakePackageConfigHelpers)

function(advantaged_install_core)
  set(targets advantaged_core)
  foreach(name IN LISTS ARGN)
    list(APPEND targets advantaged_${name})
  endforeach()
  target_include_directories(
    advantaged_core PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  install(TARGETS ${targets} EXPORT advantagedTargets ARCHIVE COMPONENT core)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/include/advantaged
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT core)

  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/advantaged)
  install(EXPORT advantagedTargets NAMESPACE advantaged:: DESTINATION ${package_dir}
          COMPONENT core)
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/advantagedConfig.cmake.in
    ${PROJECT_BINARY_DIR}/advantagedConfig.cmake INSTALL_DESTINATION ${package_dir})
  # Before 1.0 a minor version may change the interface.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/advantagedConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/advantagedConfig.cmake
                ${PROJECT_BINARY_DIR}/advantagedConfigVersion.cmake
          DESTINATION ${package_dir} COMPONENT core)
endfunction()
