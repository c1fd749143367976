// The folds file: `row,fold`, one line for each row of a table. Rows and folds count from 1 in the
// file and from 0 in memory. Written by `split --folds`, read by `cv --folds`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/output_file.h"

namespace mlkit {

void write_folds(std::span<const std::uint32_t> folds, OutputFile& out);

// Folds 0 .. k-1 of a table of `rows` rows. The lines may stand in any order, but every row must be
// there once; fold numbers are whole and from 1 on, without gaps. Throws Error(kData) with the line,
// Error(kIo) where the file cannot be read.
std::vector<std::uint32_t> read_folds(const std::string& path, std::size_t rows);

}  // namespace mlkit
