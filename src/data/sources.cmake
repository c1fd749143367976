target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/column.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_records.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_write.cc
  ${CMAKE_CURRENT_LIST_DIR}/datetime.cc
  ${CMAKE_CURRENT_LIST_DIR}/numbers.cc
  ${CMAKE_CURRENT_LIST_DIR}/schema.cc
  ${CMAKE_CURRENT_LIST_DIR}/summary.cc
  ${CMAKE_CURRENT_LIST_DIR}/table.cc
  ${CMAKE_CURRENT_LIST_DIR}/table_source.cc
)
