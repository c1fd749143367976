mlkit_test(fuzz
  ${CMAKE_CURRENT_LIST_DIR}/csv_fuzz.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_fuzz_test.cc
)

# The splitter against Python's csv module, where there is a Python. More files: csv_against_python.py CSV_ROWS 100000.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(Python3_Interpreter_FOUND AND NOT CMAKE_CROSSCOMPILING)
  add_executable(csv_rows ${CMAKE_CURRENT_LIST_DIR}/csv_rows.cc)
  target_link_libraries(csv_rows PRIVATE mlkit_core mlkit_json)
  add_test(NAME CsvAgainstPython
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/csv_against_python.py $<TARGET_FILE:csv_rows> 4000)
endif()

# libFuzzer programs (Clang): cmake -DMLKIT_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++; run with tests/fuzz/corpus/NAME.
option(MLKIT_FUZZ "Build the libFuzzer programs" OFF)
if(MLKIT_FUZZ)
  add_executable(fuzz_csv ${CMAKE_CURRENT_LIST_DIR}/csv_fuzz.cc)
  target_compile_options(fuzz_csv PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_csv PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz_csv PRIVATE mlkit_core)
endif()
