// Bytes: a CPU allocator that counts, the CUDA allocator's own statistics, and what V8 is told of them.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "aligned.h"
#include "environment.h"
#include "huge_pages.h"
#include "small_blocks.h"

namespace egolens {
namespace {

std::atomic<int64_t> currentBytes{0};
std::atomic<int64_t> peakBytes{0};
// Net bytes of this thread: each environment tells V8 about its own only, so that several workers do not all report
// the whole process.
thread_local int64_t threadBytes = 0;

void countAllocation(void* data) {
  const auto size = static_cast<int64_t>(AlignedBlocks::size(data));
  threadBytes += size;
  const int64_t now = currentBytes.fetch_add(size, std::memory_order_relaxed) + size;
  int64_t peak = peakBytes.load(std::memory_order_relaxed);
  while (now > peak && !peakBytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// AddressSanitizer finds a use after free only where memory is really freed.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool keepsBlocks = false;
#else
constexpr bool keepsBlocks = true;
#endif

// Zeroed storage without a constructor, so that it needs no check at each use.
thread_local SmallBlocks smallBlocks;

// The heap grows by steps, and seldom for small blocks.
constexpr size_t largeBlock = 1 << 20;

struct SmallBlocksEnd {
  ~SmallBlocksEnd() {
    smallBlocks.close();
    smallBlocks.clear(&AlignedBlocks::release);
  }
};

void freeAtThreadEnd() { thread_local SmallBlocksEnd end; }

void countedDelete(void* data) {
  if (data == nullptr) return;
  const size_t usable = AlignedBlocks::size(data);
  const auto size = static_cast<int64_t>(usable);
  threadBytes -= size;
  currentBytes.fetch_sub(size, std::memory_order_relaxed);
  if (keepsBlocks && smallBlocks.keep(data, usable)) {
    freeAtThreadEnd();
    return;
  }
  AlignedBlocks::release(data);
}

// allocate() is const in libtorch 1.x and not in 2.x, copy_data() exists only in 2.x: both forms are given, and the one
// that the base class declares overrides it.
struct CountingAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t size) { return counted(size); }
  c10::DataPtr allocate(size_t size) const { return counted(size); }
  void copy_data(void* to, const void* from, size_t count) const { std::memcpy(to, from, count); }
  c10::DeleterFnPtr raw_deleter() const override { return &countedDelete; }

 private:
  static c10::DataPtr counted(size_t size) {
    if (keepsBlocks && size > 0 && size <= SmallBlocks::largest) {
      if (void* block = smallBlocks.take(size)) {
        countAllocation(block);
        return {block, block, &countedDelete, c10::Device(c10::DeviceType::CPU)};
      }
      size = SmallBlocks::rounded(size);
    }
    if (size == 0) return {nullptr, nullptr, &countedDelete, c10::Device(c10::DeviceType::CPU)};
    void* data = AlignedBlocks::allocate(size);
    TORCH_CHECK(data != nullptr, "can't allocate ", size, " bytes");
    if (size >= largeBlock) hugePages().follow();
    countAllocation(data);
    return {data, data, &countedDelete, c10::Device(c10::DeviceType::CPU)};
  }
};

// memoryBytes(device | null): [current, peak] of the CPU, or of a CUDA device by index.
EGOLENS_FUNCTION(memoryBytes) {
  args.environment().buffers->collect();
  int64_t values[2] = {currentBytes.load(), peakBytes.load()};
  if (!args.isNullish(0)) {
    const auto bytes = compat::cudaBytes(static_cast<int>(args.integer(0)), false);
    values[0] = bytes.current;
    values[1] = bytes.peak;
  }
  return integersValue(args.env(), values);
}

EGOLENS_FUNCTION(resetPeak) {
  peakBytes.store(currentBytes.load());
  if (!args.isNullish(0)) compat::cudaBytes(static_cast<int>(args.integer(0)), true);
  return nullptr;
}

EGOLENS_FUNCTION(liveTensors) {
  return numberValue(args.env(), static_cast<double>(args.environment().tensors.live()));
}

// Tells V8 how far this thread's tensor memory has moved since the last call.
EGOLENS_FUNCTION(reportMemory) {
  Environment& environment = args.environment();
  const int64_t wanted = std::max<int64_t>(0, threadBytes);
  const int64_t change = wanted - environment.reportedBytes;
  if (change > (1 << 20) || change < -(1 << 20)) {
    int64_t total = 0;
    napi_adjust_external_memory(args.env(), change, &total);
    environment.reportedBytes = wanted;
  }
  return nullptr;
}

// Gives unused heap pages back to the system: for long-lived servers that are idle.
EGOLENS_FUNCTION(trimMemory) {
  smallBlocks.clear(&AlignedBlocks::release);
  malloc_trim(0);
  hugePages().follow();
  return nullptr;
}

}  // namespace

HugePages& hugePages() {
  static HugePages pages;
  return pages;
}

void installCountingAllocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    static CountingAllocator counting;
    c10::SetAllocator(c10::DeviceType::CPU, &counting, 255);
  });
}

const std::vector<Export>& memoryExports() {
  static const std::vector<Export> list = {{"memoryBytes", memoryBytes},
                                           {"resetPeak", resetPeak},
                                           {"liveTensors", liveTensors},
                                           {"reportMemory", reportMemory},
                                           {"trimMemory", trimMemory}};
  return list;
}

}  // namespace egolens
