// Pictures of bytes: resampling in whole numbers, and the way into a tensor. The arithmetic decides every bit, so that
// all of the kernels below give the same bytes.
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "environment.h"
#include "huge_pages.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define EGOLENS_AVX2 1
#endif

namespace egolens {
namespace {

constexpr int64_t CHANNELS = 3;
/** Weights are fixed-point numbers with so many bits after the point. */
constexpr int BITS = 22;
constexpr int32_t HALF = 1 << (BITS - 1);

template <typename T>
struct Span {
  T* data = nullptr;
  int64_t size = 0;
};

template <typename T>
Span<T> span(Arguments& args, size_t index, std::initializer_list<napi_typedarray_type> types, const char* what) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(args.env(), args[index], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      std::find(types.begin(), types.end(), type) == types.end()) {
    fail("BadArgument", std::string(what) + " are expected as a typed array of their kind");
  }
  return {static_cast<T*>(data), static_cast<int64_t>(length)};
}

Span<uint8_t> bytesOf(Arguments& args, size_t index) {
  return span<uint8_t>(args, index, {napi_uint8_array, napi_uint8_clamped_array}, "bytes");
}

Span<int32_t> integersOf(Arguments& args, size_t index) { return span<int32_t>(args, index, {napi_int32_array}, "taps"); }

// For each output the first input that it reads, how many, and a weight for each; `most` weights an output.
struct Taps {
  Span<int32_t> first;
  Span<int32_t> count;
  Span<int32_t> weights;
  int64_t most = 0;

  // Throws where an output would read what is not there. @param inputs how many there are
  void check(int64_t inputs) const {
    if (first.size == 0 || count.size != first.size || weights.size % first.size != 0) fail("BadArgument", "taps differ in length");
    for (int64_t i = 0; i < first.size; ++i) {
      const int64_t begin = first.data[i];
      const int64_t taps = count.data[i];
      if (begin < 0 || taps < 0 || taps > most || begin + taps > inputs) fail("OutOfRange", "taps leave the picture");
    }
  }
};

Taps tapsOf(Arguments& args, size_t index) {
  Taps taps{integersOf(args, index), integersOf(args, index + 1), integersOf(args, index + 2)};
  taps.most = taps.first.size > 0 ? taps.weights.size / taps.first.size : 0;
  return taps;
}

inline uint8_t clipped(int32_t sum) { return static_cast<uint8_t>(std::min(255, std::max(0, sum >> BITS))); }

inline void horizontalPixel(const uint8_t* from, const int32_t* weights, int64_t count, uint8_t* to) {
  // Unsigned, since sums of wild weights may wrap, as they do in JavaScript.
  uint32_t r = HALF, g = HALF, b = HALF;
  for (int64_t k = 0; k < count; ++k, from += CHANNELS) {
    const auto w = static_cast<uint32_t>(weights[k]);
    r += w * from[0];
    g += w * from[1];
    b += w * from[2];
  }
  to[0] = clipped(static_cast<int32_t>(r));
  to[1] = clipped(static_cast<int32_t>(g));
  to[2] = clipped(static_cast<int32_t>(b));
}

void horizontalRow(const uint8_t* row, const Taps& taps, uint8_t* out) {
  for (int64_t x = 0; x < taps.first.size; ++x) {
    horizontalPixel(row + taps.first.data[x] * CHANNELS, taps.weights.data + x * taps.most, taps.count.data[x], out + x * CHANNELS);
  }
}

void verticalRow(const uint8_t* from, int64_t line, const int32_t* weights, int64_t count, int64_t begin, uint8_t* out) {
  for (int64_t x = begin; x < line; ++x) {
    uint32_t sum = HALF;
    for (int64_t k = 0; k < count; ++k) sum += static_cast<uint32_t>(weights[k]) * from[k * line + x];
    out[x] = clipped(static_cast<int32_t>(sum));
  }
}

#if EGOLENS_AVX2

// Four rows at a time share the weights; two pixels at a time fill a register: r g b 0 r g b 0.
__attribute__((target("avx2"))) void horizontalFour(const uint8_t* row, int64_t line, const Taps& taps, uint8_t* out, int64_t outLine) {
  const __m128i spread = _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m256i both = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  for (int64_t x = 0; x < taps.first.size; ++x) {
    const uint8_t* from = row + taps.first.data[x] * CHANNELS;
    const int32_t* weights = taps.weights.data + x * taps.most;
    const int64_t count = taps.count.data[x];
    __m256i sums[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    int64_t k = 0;
    for (; k + 2 <= count; k += 2) {
      const __m128i pair = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights + k));
      const __m256i w = _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(pair), both);
      for (int64_t i = 0; i < 4; ++i) {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i * line + k * CHANNELS));
        const __m256i pixels = _mm256_cvtepu8_epi32(_mm_shuffle_epi8(bytes, spread));
        sums[i] = _mm256_add_epi32(sums[i], _mm256_mullo_epi32(pixels, w));
      }
    }
    for (int64_t i = 0; i < 4; ++i) {
      __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums[i]), _mm256_extracti128_si256(sums[i], 1));
      if (k < count) {
        const uint8_t* last = from + i * line + k * CHANNELS;
        const __m128i pixel = _mm_setr_epi32(last[0], last[1], last[2], 0);
        sum = _mm_add_epi32(sum, _mm_mullo_epi32(pixel, _mm_set1_epi32(weights[k])));
      }
      sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(HALF)), BITS);
      const __m128i narrow = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
      const int32_t rgb = _mm_cvtsi128_si32(narrow);
      std::memcpy(out + i * outLine + x * CHANNELS, &rgb, CHANNELS);
    }
  }
}

// Sixteen bytes at a time over all rows that they are made of. @returns bytes done
__attribute__((target("avx2"))) int64_t verticalWide(const uint8_t* from, int64_t line, const int32_t* weights, int64_t count, uint8_t* out) {
  int64_t x = 0;
  for (; x + 16 <= line; x += 16) {
    __m256i low = _mm256_set1_epi32(HALF), high = low;
    for (int64_t k = 0; k < count; ++k) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k * line + x));
      const __m256i w = _mm256_set1_epi32(weights[k]);
      low = _mm256_add_epi32(low, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), w));
      high = _mm256_add_epi32(high, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), w));
    }
    low = _mm256_srai_epi32(low, BITS);
    high = _mm256_srai_epi32(high, BITS);
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    const __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), packed);
  }
  return x;
}

bool hasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

#endif

// @param last the end of the picture's memory
void horizontal(const uint8_t* from, const uint8_t* last, int64_t line, int64_t rows, const Taps& taps, uint8_t* out) {
  const int64_t outLine = taps.first.size * CHANNELS;
  int64_t y = 0;
#if EGOLENS_AVX2
  if (hasAvx2()) {
    int64_t widest = 0;
    for (int64_t x = 0; x < taps.first.size; ++x) widest = std::max<int64_t>(widest, taps.first.data[x] + taps.count.data[x]);
    // A pair of pixels is read as eight bytes, two more than it has.
    for (; y + 4 <= rows && last - (from + (y + 3) * line) >= widest * CHANNELS + 2; y += 4) {
      horizontalFour(from + y * line, line, taps, out + y * outLine, outLine);
    }
  }
#endif
  for (; y < rows; ++y) horizontalRow(from + y * line, taps, out + y * outLine);
}

void vertical(const uint8_t* narrow, int64_t line, const Taps& taps, uint8_t* out) {
  for (int64_t y = 0; y < taps.first.size; ++y) {
    const uint8_t* from = narrow + taps.first.data[y] * line;
    const int32_t* weights = taps.weights.data + y * taps.most;
    int64_t done = 0;
#if EGOLENS_AVX2
    if (hasAvx2()) done = verticalWide(from, line, weights, taps.count.data[y], out + y * line);
#endif
    verticalRow(from, line, weights, taps.count.data[y], done, out + y * line);
  }
}

// Throws unless `rows` lines of `bytes` bytes, `line` apart, lie within a span from `start` on.
void checkLines(int64_t size, int64_t start, int64_t line, int64_t rows, int64_t bytes) {
  if (start < 0 || line < 0 || rows < 1 || bytes < 0 || bytes > size || start > size - bytes ||
      (rows > 1 && (line < bytes || line > (size - bytes - start) / (rows - 1)))) {
    fail("OutOfRange", "the rectangle leaves the picture");
  }
}

// resampleBytes(out, bytes, start, line, columns, rows, across first, count, weights, down first, count, weights)
EGOLENS_FUNCTION(resampleBytes) {
  const auto out = bytesOf(args, 0);
  const auto in = bytesOf(args, 1);
  const int64_t start = args.integer(2), line = args.integer(3), columns = args.integer(4), rows = args.integer(5);
  const Taps across = tapsOf(args, 6), down = tapsOf(args, 9);
  if (columns < 1 || columns > in.size) fail("OutOfRange", "the rectangle leaves the picture");
  checkLines(in.size, start, line, rows, columns * CHANNELS);
  across.check(columns);
  down.check(rows);
  const int64_t outLine = across.first.size * CHANNELS;
  if (out.size != outLine * down.first.size) fail("BadArgument", "the result has another size");
  // Pictures are memory of JavaScript, whose growth the engine does not see.
  hugePages().follow();
  // Kept from one picture to the next: pages that are given back are paid for again.
  thread_local std::vector<uint8_t> narrow;
  narrow.resize(static_cast<size_t>(outLine * rows));
  horizontal(in.data + start, in.data + in.size, line, rows, across, narrow.data());
  vertical(narrow.data(), outLine, down, out.data);
  return nullptr;
}

// bytesToPlanes(tensor [N, 3, H, W], index, bytes, start, line, tables): each byte's value is looked up, 256 a channel.
EGOLENS_FUNCTION(bytesToPlanes) {
  const at::Tensor tensor = args.tensor(0, "bytesToPlanes");
  const int64_t index = args.integer(1), start = args.integer(3), line = args.integer(4);
  const auto in = bytesOf(args, 2);
  const auto tables = span<float>(args, 5, {napi_float32_array}, "tables");
  if (tensor.dim() != 4 || tensor.size(1) != CHANNELS || tensor.scalar_type() != at::kFloat || !tensor.is_contiguous() ||
      !tensor.device().is_cpu() || tables.size != CHANNELS * 256) {
    fail("BadArgument", "bytesToPlanes: a contiguous float32 [N, 3, H, W] on the CPU and 3 tables of 256 are needed");
  }
  if (index < 0 || index >= tensor.size(0)) fail("OutOfRange", "bytesToPlanes: there is no such picture in the tensor");
  const int64_t height = tensor.size(2), width = tensor.size(3);
  if (height == 0 || width == 0) return nullptr;
  checkLines(in.size, start, line, height, width * CHANNELS);
  float* red = static_cast<float*>(tensor.data_ptr()) + index * CHANNELS * height * width;
  float *green = red + height * width, *blue = green + height * width;
  const float *reds = tables.data, *greens = reds + 256, *blues = greens + 256;
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* from = in.data + start + y * line;
    for (int64_t x = 0; x < width; ++x, from += CHANNELS) {
      *red++ = reds[from[0]];
      *green++ = greens[from[1]];
      *blue++ = blues[from[2]];
    }
  }
  return nullptr;
}

}  // namespace

const std::vector<Export>& picturesExports() {
  static const std::vector<Export> list = {{"resampleBytes", resampleBytes}, {"bytesToPlanes", bytesToPlanes}};
  return list;
}

}  // namespace egolens
