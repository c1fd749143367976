# One place for what every target is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(mlkit_settings INTERFACE)
# No contraction to FMA: the same bits on every processor (docs/determinism.md). No -Wpsabi: vectors are
# passed between inlined functions only (base/lanes.h), so no calling convention is at stake.
target_compile_options(mlkit_settings INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wno-psabi -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${MLKIT_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # GCC 12 warns about the inside of every std::optional<std::string> that it assigns inline.
  target_compile_options(mlkit_settings INTERFACE -Wno-maybe-uninitialized)
endif()
# What is handed out is hardened: checked string functions, stack protector, position independent
# (static-pie where static), read-only relocations.
target_compile_options(mlkit_settings INTERFACE -fPIE)  # not -fPIC: that forbids inlining across functions
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT MLKIT_SANITIZE)
  target_compile_options(mlkit_settings INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  target_link_options(mlkit_settings INTERFACE LINKER:-z,relro,-z,now)
  # What nothing calls can be left out one function at a time.
  target_compile_options(mlkit_settings INTERFACE -ffunction-sections -fdata-sections)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(mlkit_settings INTERFACE -fpch-preprocess)  # ccache looks through precompiled headers by it
endif()
find_package(Threads REQUIRED)
target_link_libraries(mlkit_settings INTERFACE Threads::Threads)

if(MLKIT_SANITIZE)
  target_compile_options(mlkit_settings INTERFACE -fsanitize=${MLKIT_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(mlkit_settings INTERFACE -fsanitize=${MLKIT_SANITIZE})
endif()
