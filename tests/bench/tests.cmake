# Not tests: what ./dev bench builds, only on request.
add_executable(bench_compare EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/compare.cc)
target_link_libraries(bench_compare PRIVATE mlkit_settings)
add_executable(bench_data EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/make_data.cc)
target_link_libraries(bench_data PRIVATE mlkit_core)

# Hot paths one by one (Google Benchmark): ./dev bench --micro.
if(NOT CMAKE_CROSSCOMPILING)
  find_package(benchmark QUIET)
endif()
if(benchmark_FOUND)
  add_executable(bench_micro EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_LIST_DIR}/micro_csv.cc
    ${CMAKE_CURRENT_LIST_DIR}/micro_newton.cc
    ${CMAKE_CURRENT_LIST_DIR}/micro_scorer.cc
  )
  target_include_directories(bench_micro PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(bench_micro PRIVATE mlkit_core benchmark::benchmark_main)
endif()
