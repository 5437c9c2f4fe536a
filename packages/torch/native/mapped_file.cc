// A file mapped into memory; tensors view it and keep it mapped.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "convert.h"
#include "environment.h"

namespace egolens {

class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    if (path.find('\0') != std::string::npos) fail("FileUnreadable", "a path cannot hold a NUL character");
    // Without O_NONBLOCK a named pipe would wait here for a writer.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) fail("FileUnreadable", path + ": " + std::strerror(errno));
    struct stat status;
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(file);
      fail("FileUnreadable", path + ": only a regular file can be mapped");
    }
    size_ = static_cast<size_t>(status.st_size);
    if (size_ > 0) {
      // Private pages: an in-place operator on a view changes this process' copy, never the file.
      data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, 0);
    }
    const int error = errno;
    ::close(file);
    if (data_ == MAP_FAILED) {
      data_ = nullptr;
      fail("FileUnreadable", path + ": cannot be mapped: " + std::strerror(error));
    }
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  size_t size() const { return size_; }

  char* at(int64_t offset, int64_t length) const {
    if (offset < 0 || length < 0 || static_cast<uint64_t>(offset) > size_ ||
        static_cast<uint64_t>(length) > size_ - static_cast<uint64_t>(offset)) {
      fail("OutOfRange", std::to_string(length) + " bytes at " + std::to_string(offset) +
                             " are outside the file of " + std::to_string(size_) + " bytes");
    }
    return static_cast<char*>(data_) + offset;
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

namespace {

std::shared_ptr<MappedFile> fileOf(Arguments& args) {
  auto* file = args.environment().files.find(args.number(0));
  if (file == nullptr) fail("FileClosed", "the mapped file was closed");
  return *file;
}

EGOLENS_FUNCTION(mapFile) {
  return numberValue(args.env(), args.environment().files.add(std::make_shared<MappedFile>(args.text(0))));
}

EGOLENS_FUNCTION(mappedSize) { return numberValue(args.env(), static_cast<double>(fileOf(args)->size())); }

// mappedBytes(file, offset, length): an ArrayBuffer with a copy.
EGOLENS_FUNCTION(mappedBytes) {
  const auto file = fileOf(args);
  const int64_t length = args.integer(2);
  const char* from = file->at(args.integer(1), length);
  void* data = nullptr;
  napi_value buffer;
  if (napi_create_arraybuffer(args.env(), static_cast<size_t>(length), &data, &buffer) != napi_ok) {
    fail("OutOfMemory", "no memory for " + std::to_string(length) + " bytes");
  }
  if (length > 0) std::memcpy(data, from, static_cast<size_t>(length));
  return buffer;
}

// mappedTensor(file, offset, dtype, shape): a view where the element's alignment and its values allow it, else a copy.
EGOLENS_FUNCTION(mappedTensor) {
  const auto file = fileOf(args);
  const at::ScalarType type = readDtype(args.env(), args[2]);
  const std::vector<int64_t> shape = args.integers(3);
  const auto element = static_cast<int64_t>(c10::elementSize(type));
  const auto room = static_cast<int64_t>(file->size());
  // A size of 0, wherever it stands, makes the tensor empty, however large the others are.
  int64_t bytes = std::find(shape.begin(), shape.end(), 0) == shape.end() ? element : 0;
  for (const int64_t size : shape) {
    if (size < 0 || (size > 0 && bytes > room / size + 1)) fail("OutOfRange", "the shape does not fit the file");
    bytes *= size;
  }
  char* data = file->at(args.integer(1), bytes);
  const auto options = at::TensorOptions().dtype(type);
  // Kernels take a bool's byte as it is: a 2 would count twice in a sum, and in C++ it is no bool at all.
  if (type == at::kBool && std::any_of(data, data + bytes, [](char byte) { return (byte & ~1) != 0; })) {
    at::Tensor truths = at::empty(shape, options);
    std::transform(data, data + bytes, static_cast<char*>(truths.data_ptr()), [](char byte) { return byte != 0; });
    return tensorValue(args.environment(), std::move(truths));
  }
  if (bytes > 0 && reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(element) == 0) {
    return tensorValue(args.environment(), at::from_blob(data, shape, [file](void*) {}, options));
  }
  at::Tensor copy = at::empty(shape, options);
  if (bytes > 0) std::memcpy(copy.data_ptr(), data, static_cast<size_t>(bytes));
  return tensorValue(args.environment(), std::move(copy));
}

EGOLENS_FUNCTION(closeFile) {
  args.environment().files.remove(args.number(0));
  return nullptr;
}

}  // namespace

const std::vector<Export>& mappedFileExports() {
  static const std::vector<Export> list = {{"mapFile", mapFile},
                                           {"mappedSize", mappedSize},
                                           {"mappedBytes", mappedBytes},
                                           {"mappedTensor", mappedTensor},
                                           {"closeFile", closeFile}};
  return list;
}

}  // namespace egolens
