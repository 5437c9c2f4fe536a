// Freed blocks of some hundred bytes, kept for the next tensors: glibc has no quick list for aligned memory, and a
// scope that ends frees many at once, so that each costs a search, two splits and a merge.
#pragma once

#include <cstddef>

namespace egolens {

// One of a thread. Blocks may come from any thread, and be given to any.
class SmallBlocks {
 public:
  static constexpr size_t smallest = 64;
  static constexpr size_t largest = 512;

  // What to ask of the allocator, so that the block can be kept when it is freed.
  static size_t rounded(size_t size) {
    size_t round = smallest;
    while (round < size) round <<= 1;
    return round;
  }

  // A kept block of at least `size` bytes (at most `largest`), or nullptr.
  void* take(size_t size) {
    List& list = lists_[index(rounded(size))];
    return list.count > 0 ? list.blocks[--list.count] : nullptr;
  }

  // False where the block is not one to keep, and has to be freed.
  bool keep(void* block, size_t usable) {
    if (closed_ || usable < smallest || usable >= 2 * largest) return false;
    List& list = lists_[index(usable)];
    if (list.count == capacity) return false;
    list.blocks[list.count++] = block;
    return true;
  }

  template <typename Free>
  void clear(Free free) {
    for (List& list : lists_) {
      while (list.count > 0) free(list.blocks[--list.count]);
    }
  }

  // Tensors of static objects are freed after a thread's own objects are gone.
  void close() { closed_ = true; }

 private:
  static constexpr size_t capacity = 256;
  static constexpr size_t classes = 4;

  struct List {
    size_t count;
    void* blocks[capacity];
  };

  // 64..127 bytes are 0, 128..255 are 1, and so on: a block serves any request up to its class.
  static size_t index(size_t usable) {
    size_t at = 0;
    while (at + 1 < classes && usable >= (smallest << (at + 1))) ++at;
    return at;
  }

  List lists_[classes];
  bool closed_;
};

}  // namespace egolens
