target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/column.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_records.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_write.cc
  ${CMAKE_CURRENT_LIST_DIR}/datetime.cc
  ${CMAKE_CURRENT_LIST_DIR}/numbers.cc
  ${CMAKE_CURRENT_LIST_DIR}/schema.cc
  ${CMAKE_CURRENT_LIST_DIR}/summary.cc
  ${CMAKE_CURRENT_LIST_DIR}/split.cc
  ${CMAKE_CURRENT_LIST_DIR}/folds_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/table.cc
  ${CMAKE_CURRENT_LIST_DIR}/table_source.cc
)
# fast-cpp-csv-parser cuts file names on purpose.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/folds_file.cc PROPERTIES
  COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-truncation>")
