# Builds and runs PART_consumer/ with `work` as its folder; see CMakeLists.txt here.

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Anew, so that a file that is no longer installed is missed.
file(REMOVE_RECURSE ${work})
if(way STREQUAL "installed")
  run(${CMAKE_COMMAND} --install ${advantaged_build} --component ${part} --prefix ${work}/prefix)
  set(options -D CMAKE_PREFIX_PATH=${work}/prefix)
else()
  set(options -D advantaged_source=${advantaged_source})
  set(launcher ${python} ${CMAKE_CURRENT_LIST_DIR}/compile_once.py ${advantaged_build} ${compiler} ${launcher})
endif()
string(REPLACE ";" "\\;" launcher "${launcher}")
run(${CMAKE_COMMAND} -G ${generator} -S ${CMAKE_CURRENT_LIST_DIR}/${part}_consumer -B ${work}/build
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_BUILD_TYPE=${build_type} ${options}
    -D "CMAKE_CXX_COMPILER_LAUNCHER=${launcher}")
run(${CMAKE_COMMAND} --build ${work}/build --target consumer)
if(part STREQUAL "client")
  run(${python} ${CMAKE_CURRENT_LIST_DIR}/with_server.py ${work}/build/consumer)
else()
  run(${work}/build/consumer)
endif()
