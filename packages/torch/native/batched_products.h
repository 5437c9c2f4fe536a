#pragma once

namespace egolens {

// Puts a faster `bmm` of float32 matrices on processors in the place of libtorch's, where that has none of MKL's.
void registerBatchedProducts();

}  // namespace egolens
