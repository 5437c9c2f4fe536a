// Blocks at 64 bytes, as libtorch wants them, made of plain malloc. glibc's aligned functions ask for more than they keep, so
// that a freed block never fits a request of its own size: each large tensor would be new memory, and its pages faults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace egolens {

class AlignedBlocks {
 public:
  static constexpr size_t alignment = 64;

  // A block of at least `size` bytes, or nullptr.
  static void* allocate(size_t size) {
    const size_t whole = size + alignment + sizeof(Header);
    if (whole < size) return nullptr;
    void* start = std::malloc(whole);
    if (start == nullptr) return nullptr;
    const auto first = reinterpret_cast<uintptr_t>(start) + sizeof(Header);
    const auto block = (first + alignment - 1) / alignment * alignment;
    *header(reinterpret_cast<void*>(block)) = {start, size};
    return reinterpret_cast<void*>(block);
  }

  static void release(void* block) { std::free(header(block)->start); }

  // What was asked for.
  static size_t size(const void* block) { return header(block)->size; }

 private:
  struct Header {
    void* start;
    size_t size;
  };

  static Header* header(const void* block) {
    return reinterpret_cast<Header*>(reinterpret_cast<uintptr_t>(block) - sizeof(Header));
  }
};

}  // namespace egolens
