target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/column.cc
  ${CMAKE_CURRENT_LIST_DIR}/column_spec_codec.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_cells.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_chunks.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_chunks_repair.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_columns.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_dialect.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_faults.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_index.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_kernels_avx2.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_kernels_portable.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_lenient.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_parse.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_read.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_records.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_scan.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_stream.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_types.cc
  ${CMAKE_CURRENT_LIST_DIR}/csv_write.cc
  ${CMAKE_CURRENT_LIST_DIR}/datetime.cc
  ${CMAKE_CURRENT_LIST_DIR}/distinct_sketch.cc
  ${CMAKE_CURRENT_LIST_DIR}/hash64.cc
  ${CMAKE_CURRENT_LIST_DIR}/id_names.cc
  ${CMAKE_CURRENT_LIST_DIR}/level_dictionary.cc
  ${CMAKE_CURRENT_LIST_DIR}/number_like.cc
  ${CMAKE_CURRENT_LIST_DIR}/numbers.cc
  ${CMAKE_CURRENT_LIST_DIR}/sample.cc
  ${CMAKE_CURRENT_LIST_DIR}/quantile_sketch.cc
  ${CMAKE_CURRENT_LIST_DIR}/schema.cc
  ${CMAKE_CURRENT_LIST_DIR}/sort_doubles.cc
  ${CMAKE_CURRENT_LIST_DIR}/summary.cc
  ${CMAKE_CURRENT_LIST_DIR}/split.cc
  ${CMAKE_CURRENT_LIST_DIR}/folds_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/table.cc
  ${CMAKE_CURRENT_LIST_DIR}/table_source.cc
)
# fast-cpp-csv-parser cuts file names on purpose.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/folds_file.cc PROPERTIES
  COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-truncation>")
