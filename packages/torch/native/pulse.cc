#if defined(EGOLENS_GLOO) || defined(EGOLENS_NCCL)
#include "pulse.h"

#include <cstdio>
#include <thread>

namespace egolens {
namespace {

using Clock = std::chrono::steady_clock;
using State = PulseOfPeer::State;

constexpr auto quiet = std::chrono::milliseconds(500);
constexpr auto lastWord = std::chrono::milliseconds(500);

std::string keyOf(int rank) { return "pulse/" + std::to_string(rank); }

void write(c10d_compat::StorePtr& store, int rank, char state, int64_t beat, int64_t started, int64_t culprit) {
  char text[96];
  const int length = std::snprintf(text, sizeof text, "%c %lld %lld %lld", state, static_cast<long long>(beat),
                                   static_cast<long long>(started), static_cast<long long>(culprit));
  store->set(keyOf(rank), std::vector<uint8_t>(text, text + length));
}

bool readPeer(c10d_compat::StorePtr& store, int rank, PulseOfPeer& into) {
  if (!store->check({keyOf(rank)})) return false;
  const std::vector<uint8_t> bytes = store->get(keyOf(rank));
  const std::string text(bytes.begin(), bytes.end());
  char state = 0;
  long long beat = 0;
  long long started = 0;
  long long culprit = -1;
  if (std::sscanf(text.c_str(), "%c %lld %lld %lld", &state, &beat, &started, &culprit) != 4) return false;
  into.state = state == 'g' ? State::gone : state == 'l' ? State::leaving : State::working;
  into.beat = beat;
  into.started = started;
  into.culprit = culprit;
  return true;
}

}  // namespace

Pulse::Pulse(c10d_compat::StorePtr store, int rank, int size) : shared_(std::make_shared<Shared>()) {
  shared_->answered = Clock::now();
  shared_->peers.resize(size);
  for (PulseOfPeer& peer : shared_->peers) peer.changed = shared_->answered;
  // Detached: a store that does not answer must not keep the process. What the thread needs, it shares.
  std::thread(run, shared_, std::move(store), rank).detach();
}

Pulse::~Pulse() { end(-1); }

void Pulse::watch(bool on) {
  std::lock_guard<std::mutex> lock(shared_->mutex);
  if (shared_->watching == on) return;
  shared_->watching = on;
  // Ages count from here: nobody was looked at before.
  for (PulseOfPeer& peer : shared_->peers) peer.changed = Clock::now();
  shared_->poked = true;
  shared_->wake.notify_one();
}

void Pulse::leave() {
  std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->leaving = true;
  shared_->poked = true;
  shared_->wake.notify_one();
}

void Pulse::end(int64_t culprit) {
  std::unique_lock<std::mutex> lock(shared_->mutex);
  if (!shared_->ending) shared_->culprit = culprit;
  shared_->ending = true;
  shared_->wake.notify_one();
  shared_->ended.wait_for(lock, lastWord, [this] { return shared_->finished; });
}

double Pulse::read(std::vector<PulseOfPeer>& peers) const {
  std::lock_guard<std::mutex> lock(shared_->mutex);
  peers = shared_->peers;
  if (shared_->lost) return -1;
  return std::chrono::duration<double>(Clock::now() - shared_->answered).count();
}

void Pulse::run(std::shared_ptr<Shared> shared, c10d_compat::StorePtr store, int rank) {
  const auto size = static_cast<int>(shared->peers.size());
  // All read all, of one store: the more there are, the less often.
  const auto busy = std::chrono::milliseconds(50 + 10 * size);
  try {
    for (int64_t beat = 0;; ++beat) {
      bool watching;
      bool leaving;
      bool ending;
      int64_t culprit;
      {
        std::lock_guard<std::mutex> lock(shared->mutex);
        watching = shared->watching;
        leaving = shared->leaving;
        ending = shared->ending;
        culprit = shared->culprit;
        shared->poked = false;
      }
      write(store, rank, ending ? 'g' : leaving ? 'l' : 'w', beat, shared->started, culprit);
      if (ending) break;
      std::vector<PulseOfPeer> seen(watching ? size : 0);
      for (int peer = 0; peer < static_cast<int>(seen.size()); ++peer) readPeer(store, peer, seen[peer]);
      std::unique_lock<std::mutex> lock(shared->mutex);
      const auto now = Clock::now();
      shared->answered = now;
      for (size_t peer = 0; peer < seen.size(); ++peer) {
        PulseOfPeer& known = shared->peers[peer];
        const bool same = seen[peer].beat == known.beat;
        seen[peer].changed = same ? known.changed : now;
        known = seen[peer];
      }
      shared->wake.wait_for(lock, watching ? busy : quiet, [&] { return shared->ending || shared->poked; });
    }
  } catch (...) {
    std::lock_guard<std::mutex> lock(shared->mutex);
    shared->lost = true;
  }
  // The connection is closed before the end is told: a process may end right after.
  store.reset();
  std::lock_guard<std::mutex> lock(shared->mutex);
  shared->finished = true;
  shared->ended.notify_all();
}

}  // namespace egolens
#endif
