// A group's signs of life. Collectives alone do not tell who is missing: Gloo names an address, and NCCL hangs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "c10d.h"

namespace egolens {

// What is known of one rank.
struct PulseOfPeer {
  enum class State { silent, working, leaving, gone };
  State state = State::silent;
  int64_t beat = -1;
  // Collectives that it has started.
  int64_t started = 0;
  // Whom it blames for its own end; -1 where nobody.
  int64_t culprit = -1;
  // When its beat was last seen to change.
  std::chrono::steady_clock::time_point changed;
};

// A thread, with a connection to the store of its own, writes this rank's beat twice a second and, while somebody waits,
// reads those of the others. It alone talks to the store after the start, so that a store that hangs stops no one else.
class Pulse {
 public:
  Pulse(c10d_compat::StorePtr store, int rank, int size);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void started() { ++shared_->started; }
  // From now on the others' beats are read too.
  void watch(bool on);
  // This rank has finished all its work.
  void leave();
  // The last sign of life: this rank ends, because of `culprit` where one is known. Waits a moment for it to be written.
  void end(int64_t culprit);

  // The peers, and how many seconds ago the store last answered; negative where the connection is lost.
  double read(std::vector<PulseOfPeer>& peers) const;

 private:
  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable ended;
    std::atomic<int64_t> started{0};
    bool watching = false;
    bool leaving = false;
    bool ending = false;
    bool finished = false;
    bool lost = false;
    bool poked = false;
    int64_t culprit = -1;
    std::chrono::steady_clock::time_point answered;
    std::vector<PulseOfPeer> peers;
  };
  static void run(std::shared_ptr<Shared> shared, c10d_compat::StorePtr store, int rank);

  std::shared_ptr<Shared> shared_;
};

}  // namespace egolens
