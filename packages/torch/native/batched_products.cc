// Products of many small matrices, which attention is made of. libtorch without MKL, such as Debian's, multiplies the
// matrices of a bmm one after the other on one core, each through the dispatcher, unless they are tiny. Here they are
// shared among libtorch's threads, and each goes to BLAS directly.
#include "batched_products.h"

#include "compat.h"

#if EGOLENS_TORCH_AT_LEAST(2, 0)

// PyTorch's own builds have MKL, or Arm's library, for these.
void egolens::registerBatchedProducts() {}

#else

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <torch/library.h>

#include <algorithm>
#include <limits>

// Absent where libtorch has another BLAS.
extern "C" {
__attribute__((weak)) void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                                  const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                                  const float* beta, float* c, const int* ldc);
__attribute__((weak)) int openblas_get_parallel(void);
}

namespace egolens {
namespace {

// Of a product: libtorch's own loop is faster below; of two vectors, up to the second.
constexpr double leastOperations = 64;
constexpr double leastOfVectors = 400;
// BLAS shares a product among the threads from here on, which is better where matrices are fewer than threads; beyond the
// second it always is.
constexpr double mostOfFew = 1 << 18;
constexpr double mostOperations = 1 << 24;
// Operations of a thread: fewer are done before another has woken.
constexpr int64_t grain = int64_t{1} << 16;

// A matrix of a batch as BLAS reads it: by columns, so what is stored by rows is read as its transpose.
struct Layout {
  char transposed;
  int leading;
};

bool readable(const at::Tensor& x, Layout& layout) {
  const int64_t rows = x.size(1), columns = x.size(2);
  // The stride of a dimension of one element says nothing.
  const auto reads = [&](char transposed, int within, int64_t width, int across) {
    if (width != 1 && x.stride(within) != 1) return false;
    const int64_t leading = x.size(across) == 1 ? width : x.stride(across);
    layout = {transposed, static_cast<int>(leading)};
    return leading >= width && leading <= std::numeric_limits<int>::max();
  };
  return reads('n', 2, columns, 1) || reads('t', 1, rows, 2);
}

bool plain(const at::Tensor& x) {
  return x.dim() == 3 && x.scalar_type() == at::kFloat && x.layout() == at::kStrided && !x.is_neg() && !x.has_names();
}

bool worthIt(const at::Tensor& a, const at::Tensor& b) {
  if (!plain(a) || !plain(b)) return false;
  // What does not fit together is libtorch's to refuse.
  if (a.size(0) != b.size(0) || a.size(2) != b.size(1) || a.size(0) < 2) return false;
  const int64_t n = a.size(1), k = a.size(2), m = b.size(2);
  const double operations = 1.0 * n * k * m;
  const bool few = a.size(0) < at::get_num_threads();
  return operations >= (n * m == 1 ? leastOfVectors : leastOperations) && operations <= (few ? mostOfFew : mostOperations);
}

at::Tensor readyFor(const at::Tensor& x, Layout& layout) {
  if (readable(x, layout)) return x;
  // Of one matrix for the whole batch one is copied.
  at::Tensor copy = x.stride(0) == 0 ? x.narrow(0, 0, 1).contiguous().expand(x.sizes()) : x.contiguous();
  readable(copy, layout);
  return copy;
}

// [batch, n, k], [batch, k, m] -> [batch, n, m]
at::Tensor products(const at::Tensor& a, const at::Tensor& b) {
  Layout left, right;
  const at::Tensor x = readyFor(a, left), y = readyFor(b, right);
  const int64_t batch = x.size(0);
  const int n = static_cast<int>(x.size(1)), k = static_cast<int>(x.size(2)), m = static_cast<int>(y.size(2));
  at::Tensor out = at::empty({batch, n, m}, x.options());
  const float *from = x.data_ptr<float>(), *with = y.data_ptr<float>();
  float* to = out.data_ptr<float>();
  const int64_t ofX = x.stride(0), ofY = y.stride(0), ofOut = int64_t{n} * m;

  // An iterator over as many elements as there are matrices: it alone reaches libtorch's threads, whatever they are.
  at::Tensor matrices = at::empty({batch}, x.options().dtype(at::kByte));
  const char* first = static_cast<const char*>(matrices.data_ptr());
  auto iterator = at::TensorIterator::nullary_op(matrices);
  iterator.for_each(
      [&](char** data, const int64_t* strides, int64_t count) {
        const float one = 1, zero = 0;
        for (int64_t step = 0; step < count; ++step) {
          const int64_t i = data[0] + step * strides[0] - first;
          // By columns the product is that of the transposes, in the other order.
          sgemm_(&right.transposed, &left.transposed, &m, &n, &k, &one, with + i * ofY, &right.leading, from + i * ofX,
                 &left.leading, &zero, to + i * ofOut, &m);
        }
      },
      std::max<int64_t>(1, grain / (ofOut * k)));
  return out;
}

at::Tensor bmm(const at::Tensor& a, const at::Tensor& b) {
  if (worthIt(a, b)) return products(a, b);
  // Where types differ libtorch itself goes by the second.
  at::Tensor out = at::empty({0}, b.options());
  return at::bmm_out(out, a, b);
}

// libtorch warns of a kernel that takes another's place; this one does so on purpose.
struct Silence : c10::WarningHandler {
  void process(const c10::SourceLocation&, const std::string&, const bool) override {}
};

// OpenBLAS must be built on OpenMP (2), or it would start threads of its own within each of libtorch's.
bool wanted() {
  return !at::hasMKL() && sgemm_ != nullptr && openblas_get_parallel != nullptr && openblas_get_parallel() == 2;
}

}  // namespace

void registerBatchedProducts() {
  if (!wanted()) return;
  Silence silence;
  c10::Warning::WarningHandlerGuard guard(&silence);
  // Never deleted: libtorch calls it for as long as the process lives.
  auto* library = new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
  library->impl("bmm", bmm);
}

}  // namespace egolens

#endif
