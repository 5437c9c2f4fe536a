// Pages of 2 MiB for malloc's heap. Every process that is started (FFmpeg, for each video) leaves all pages of this one
// to be faulted in again, and a fault costs microseconds, more on virtual machines: of 4 KiB there are 500 times as many.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace egolens {

class HugePages {
 public:
  // Makes the heap as large as most processes need it, in addresses alone: what it does not hold takes no memory. A page
  // that was used before it was asked for stays small.
  void begin() {
    void* block = nullptr;
    for (size_t reach = size_t{1} << 30; block == nullptr && reach > size; reach /= 4) block = std::malloc(reach - size);
    const auto at = reinterpret_cast<uintptr_t>(block);
    // malloc may have taken it from elsewhere.
    if (block != nullptr && at < heapEnd()) {
      advised_.store(up(at));
      follow();
    }
    std::free(block);
  }

  // Asks for what the heap has grown by since the last time; where a system has no such pages, nothing happens.
  void follow() {
    uintptr_t from = advised_.load(std::memory_order_relaxed);
    if (from == 0) return;
    const uintptr_t end = heapEnd() & ~(size - 1);
    if (end == from || !advised_.compare_exchange_strong(from, end)) return;
    if (end > from) ::madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);
  }

 private:
  static constexpr uintptr_t size = uintptr_t{1} << 21;

  static uintptr_t up(uintptr_t address) { return (address + size - 1) & ~(size - 1); }
  static uintptr_t heapEnd() { return reinterpret_cast<uintptr_t>(::sbrk(0)); }

  // Up to here the heap's pages have been asked for; 0 before begin().
  std::atomic<uintptr_t> advised_{0};
};

HugePages& hugePages();

}  // namespace egolens
