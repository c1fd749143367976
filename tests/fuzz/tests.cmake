mlkit_test(fuzz
  ${CMAKE_CURRENT_LIST_DIR}/csv_fuzz.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_fuzz_test.cc
)
foreach(name config dates json model numbers options)
  mlkit_test(${name}_fuzz
    ${CMAKE_CURRENT_LIST_DIR}/${name}_fuzz.cc
    ${CMAKE_CURRENT_LIST_DIR}/seed_corpus_test.cc
  )
  target_compile_definitions(test_${name}_fuzz PRIVATE MLKIT_FUZZ_NAME="${name}")
endforeach()
target_link_libraries(test_config_fuzz PRIVATE mlkit_app)
target_link_libraries(test_options_fuzz PRIVATE mlkit_app)

# The splitter against Python's csv module, where there is a Python. More files: csv_against_python.py CSV_ROWS 100000.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(Python3_Interpreter_FOUND AND NOT CMAKE_CROSSCOMPILING)
  add_executable(csv_rows ${CMAKE_CURRENT_LIST_DIR}/csv_rows.cc)
  target_link_libraries(csv_rows PRIVATE mlkit_core mlkit_json)
  add_test(NAME CsvAgainstPython
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/csv_against_python.py $<TARGET_FILE:csv_rows> 4000)
endif()

# libFuzzer programs (Clang): ./dev fuzz builds and runs them, each with tests/fuzz/corpus/NAME.
option(MLKIT_FUZZ "Build the libFuzzer programs" OFF)
if(MLKIT_FUZZ)
  foreach(name config csv dates json model numbers options)
    add_executable(fuzz_${name} ${CMAKE_CURRENT_LIST_DIR}/${name}_fuzz.cc)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(fuzz_${name} PRIVATE MLKIT_LIBFUZZER=1)
    target_link_libraries(fuzz_${name} PRIVATE mlkit_core mlkit_json)
    set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/fuzz)
    list(APPEND fuzz_programs fuzz_${name})
  endforeach()
  target_link_libraries(fuzz_config PRIVATE mlkit_app)
  target_link_libraries(fuzz_options PRIVATE mlkit_app)
  add_custom_target(fuzzers DEPENDS ${fuzz_programs})
endif()
