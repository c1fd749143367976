target_sources(mlkit_core PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/binary.cc
  ${CMAKE_CURRENT_LIST_DIR}/context.cc
  ${CMAKE_CURRENT_LIST_DIR}/encoder.cc
  ${CMAKE_CURRENT_LIST_DIR}/error.cc
  ${CMAKE_CURRENT_LIST_DIR}/fields.cc
  ${CMAKE_CURRENT_LIST_DIR}/input_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/math.cc
  ${CMAKE_CURRENT_LIST_DIR}/output_file.cc
  ${CMAKE_CURRENT_LIST_DIR}/pages.cc
  ${CMAKE_CURRENT_LIST_DIR}/random.cc
  ${CMAKE_CURRENT_LIST_DIR}/sha256.cc
  ${CMAKE_CURRENT_LIST_DIR}/text.cc
)
