// A table that gives out numbers for native objects: slot and generation in one number below 2^53.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace egolens {

template <typename T>
class HandleTable {
 public:
  // Generations start here so that a handle never fits a 32-bit small integer: V8 then keeps one representation
  // for the field that holds it, and a handle is never mistaken for a shape or an index.
  static constexpr uint32_t firstGeneration = 1u << 8;
  static constexpr uint32_t lastGeneration = (1u << 29) - 1;
  static constexpr uint32_t slotBits = 24;

  double add(T value) {
    uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<uint32_t>(entries_.size());
      if (slot >= (1u << slotBits)) return 0;
      entries_.push_back({std::move(value), firstGeneration, true});
    } else {
      slot = free_.back();
      free_.pop_back();
      entries_[slot].value = std::move(value);
      entries_[slot].live = true;
    }
    ++live_;
    return static_cast<double>((static_cast<uint64_t>(entries_[slot].generation) << slotBits) | slot);
  }

  // The object of a handle, or nullptr when the handle is stale or never was one.
  T* find(double handle) {
    if (!(handle >= 0 && handle < 9007199254740992.0)) return nullptr;
    const auto bits = static_cast<uint64_t>(handle);
    const auto slot = static_cast<size_t>(bits & ((1u << slotBits) - 1));
    if (slot >= entries_.size()) return nullptr;
    Entry& entry = entries_[slot];
    return entry.live && entry.generation == (bits >> slotBits) ? &entry.value : nullptr;
  }

  bool remove(double handle) {
    T* value = find(handle);
    if (value == nullptr) return false;
    const auto slot = static_cast<uint32_t>(static_cast<uint64_t>(handle) & ((1u << slotBits) - 1));
    Entry& entry = entries_[slot];
    T last = std::move(entry.value);
    entry.value = T();
    entry.live = false;
    --live_;
    // A slot whose generations are used up is retired, so that no old handle can ever match again.
    if (++entry.generation <= lastGeneration) free_.push_back(slot);
    return true;
  }

  size_t live() const { return live_; }

  template <typename Visit>
  void each(Visit visit) {
    for (Entry& entry : entries_) {
      if (entry.live) visit(entry.value);
    }
  }

  void clear() {
    for (Entry& entry : entries_) entry.value = T();
    entries_.clear();
    free_.clear();
    live_ = 0;
  }

 private:
  struct Entry {
    T value;
    uint32_t generation;
    bool live;
  };
  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
};

}  // namespace egolens
