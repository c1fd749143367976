target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/apply_clean.cc
  ${CMAKE_CURRENT_LIST_DIR}/ascii_forms.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_options.cc
  ${CMAKE_CURRENT_LIST_DIR}/clean_step.cc
  ${CMAKE_CURRENT_LIST_DIR}/duplicates.cc
  ${CMAKE_CURRENT_LIST_DIR}/fit_clean.cc
  ${CMAKE_CURRENT_LIST_DIR}/learn_column.cc
  ${CMAKE_CURRENT_LIST_DIR}/names.cc
  ${CMAKE_CURRENT_LIST_DIR}/select_rows.cc
  ${CMAKE_CURRENT_LIST_DIR}/write_clean.cc
)
