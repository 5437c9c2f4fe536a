// Collectives between processes: a store to meet at, a group of ranks, and work that runs in c10d's own threads.
#include "environment.h"

#if defined(EGOLENS_GLOO) || defined(EGOLENS_NCCL)
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>

#include <thread>

#include "c10d.h"
#include "convert.h"
#include "pulse.h"
#endif

namespace egolens {

#if defined(EGOLENS_GLOO) || defined(EGOLENS_NCCL)

struct Group {
  c10d_compat::BackendPtr backend;
  std::unique_ptr<Pulse> pulse;
};

struct Distributed {
  HandleTable<c10d_compat::StorePtr> stores;
  HandleTable<std::shared_ptr<Group>> groups;
  HandleTable<c10d_compat::WorkPtr> works;
};

namespace {

using std::chrono::milliseconds;

Distributed& distributedOf(Arguments& args) {
  auto& distributed = args.environment().distributed;
  if (!distributed) distributed = std::make_shared<Distributed>();
  return *distributed;
}

c10d_compat::StorePtr storeOf(Arguments& args) {
  auto* store = distributedOf(args).stores.find(args.number(0));
  if (store == nullptr) fail("GroupClosed", "the store was closed");
  return *store;
}

std::shared_ptr<Group> groupOf(Arguments& args) {
  auto* group = distributedOf(args).groups.find(args.number(0));
  if (group == nullptr) fail("GroupClosed", "the process group was destroyed");
  return *group;
}

EGOLENS_FUNCTION(distributedBackends) {
  napi_value list;
  uint32_t count = 0;
  napi_create_array(args.env(), &list);
#if defined(EGOLENS_GLOO)
  napi_set_element(args.env(), list, count++, textValue(args.env(), "gloo"));
#endif
#if defined(EGOLENS_NCCL)
  napi_set_element(args.env(), list, count++, textValue(args.env(), "nccl"));
#endif
  return list;
}

// openStore(host, port, server, prefix, timeout in ms): connects, and holds the store itself where it is the server.
EGOLENS_FUNCTION(openStore) {
  auto store = c10d_compat::openStore(args.text(0), static_cast<uint16_t>(args.integer(1)), args.boolean(2),
                                      milliseconds(args.integer(4)));
  c10d_compat::StorePtr prefixed = c10::make_intrusive<c10d::PrefixStore>(args.text(3), std::move(store));
  return numberValue(args.env(), distributedOf(args).stores.add(std::move(prefixed)));
}

EGOLENS_FUNCTION(storeSet) {
  const std::string value = args.text(2);
  storeOf(args)->set(args.text(1), std::vector<uint8_t>(value.begin(), value.end()));
  return nullptr;
}

// storeGet(store, key): null where there is none; it does not wait.
EGOLENS_FUNCTION(storeGet) {
  const auto store = storeOf(args);
  const std::string key = args.text(1);
  if (!store->check({key})) return nullValue(args.env());
  const std::vector<uint8_t> value = store->get(key);
  return textValue(args.env(), std::string(value.begin(), value.end()));
}

EGOLENS_FUNCTION(storeAdd) {
  return numberValue(args.env(), static_cast<double>(storeOf(args)->add(args.text(1), args.integer(2))));
}

EGOLENS_FUNCTION(closeStore) {
  distributedOf(args).stores.remove(args.number(0));
  return nullptr;
}

// openGroup(store, store for the pulse, backend, rank, size, timeout in ms, address, interface): every rank is at the
// store by now. The second store becomes the group's own.
EGOLENS_FUNCTION(openGroup) {
  Distributed& distributed = distributedOf(args);
  const auto store = storeOf(args);
  auto* beats = distributed.stores.find(args.number(1));
  if (beats == nullptr) fail("GroupClosed", "the store was closed");
  const std::string backend = args.text(2);
  const auto rank = static_cast<int>(args.integer(3));
  const auto size = static_cast<int>(args.integer(4));
  const milliseconds timeout(args.integer(5));
  auto group = std::make_shared<Group>();
#if defined(EGOLENS_GLOO)
  if (backend == "gloo") group->backend = c10d_compat::openGloo(store, rank, size, timeout, args.text(6), args.text(7));
#endif
#if defined(EGOLENS_NCCL)
  if (backend == "nccl") group->backend = c10d_compat::openNccl(store, rank, size, timeout);
#endif
  if (!group->backend) fail("BadArgument", "there is no backend '" + backend + "'");
  group->pulse = std::make_unique<Pulse>(*beats, rank, size);
  distributed.stores.remove(args.number(1));
  return numberValue(args.env(), distributed.groups.add(std::move(group)));
}

// The memory of a tensor, without its gradient's history: a collective is no operator.
at::Tensor plain(Arguments& args, const char* op) {
  at::Tensor tensor = args.tensor(1, op).detach();
  if (!tensor.is_contiguous()) fail("BadArgument", std::string(op) + ": the tensor must be contiguous", op);
  return tensor;
}

// What is only handed on goes as bytes: Gloo knows few dtypes.
at::Tensor bytesOf(const at::Tensor& tensor) { return tensor.view({tensor.numel()}).view(at::kByte); }

// Gloo refuses a dtype in a thread of its own, where it would look like a lost connection.
void requireSummable(const Group& group, const at::Tensor& tensor) {
  const at::ScalarType type = tensor.scalar_type();
  const bool fits = type == at::kFloat || type == at::kDouble || type == at::kHalf || type == at::kInt ||
                    type == at::kLong || type == at::kChar || type == at::kByte;
  if (fits || group.backend->getBackendName() != "gloo") return;
  fail("BadArgument", std::string("allReduce: Gloo does not sum ") + dtypeName(type) + "; convert it, to float32 say",
       "allReduce");
}

napi_value started(Arguments& args, Group& group, c10d_compat::WorkPtr work) {
  group.pulse->started();
  return numberValue(args.env(), distributedOf(args).works.add(std::move(work)));
}

// allReduceSum(group, tensor): a work.
EGOLENS_FUNCTION(allReduceSum) {
  const auto group = groupOf(args);
  std::vector<at::Tensor> tensors{plain(args, "allReduce")};
  requireSummable(*group, tensors[0]);
  return started(args, *group, group->backend->allreduce(tensors));
}

// broadcast(group, tensor, root): a work.
EGOLENS_FUNCTION(broadcast) {
  const auto group = groupOf(args);
  std::vector<at::Tensor> tensors{bytesOf(plain(args, "broadcast"))};
  c10d::BroadcastOptions options;
  options.rootRank = args.integer(2);
  return started(args, *group, group->backend->broadcast(tensors, options));
}

// allGather(group, tensor): a work and a tensor a rank.
EGOLENS_FUNCTION(allGather) {
  const auto group = groupOf(args);
  const at::Tensor own = plain(args, "allGather");
  std::vector<at::Tensor> inputs{bytesOf(own)};
  std::vector<at::Tensor> gathered;
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (int rank = 0; rank < group->backend->getSize(); ++rank) {
    gathered.push_back(at::empty_like(own));
    outputs[0].push_back(bytesOf(gathered.back()));
  }
  napi_value result;
  napi_create_array(args.env(), &result);
  napi_set_element(args.env(), result, 0, started(args, *group, group->backend->allgather(outputs, inputs)));
  for (size_t rank = 0; rank < gathered.size(); ++rank) {
    napi_set_element(args.env(), result, static_cast<uint32_t>(rank + 1),
                     tensorValue(args.environment(), std::move(gathered[rank])));
  }
  return result;
}

// workWait(work, ms): whether it is done; throws what it failed by. A done work is forgotten. JavaScript waits in short
// turns, so that signals and other work come through: polling finds the end for Gloo and for events of CUDA alike.
EGOLENS_FUNCTION(workWait) {
  Distributed& distributed = distributedOf(args);
  auto* found = distributed.works.find(args.number(0));
  if (found == nullptr) fail("GroupClosed", "the collective is done or its group was destroyed");
  const c10d_compat::WorkPtr work = *found;
  const auto until = std::chrono::steady_clock::now() + milliseconds(args.integer(1));
  auto pause = std::chrono::microseconds(20);
  while (!work->isCompleted()) {
    if (std::chrono::steady_clock::now() >= until) return booleanValue(args.env(), false);
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::microseconds(200));
  }
  distributed.works.remove(args.number(0));
  // Rethrows a failure; on a GPU it also puts what follows on the stream behind the collective.
  work->wait();
  return booleanValue(args.env(), true);
}

EGOLENS_FUNCTION(groupWatch) {
  groupOf(args)->pulse->watch(args.boolean(1));
  return nullptr;
}

EGOLENS_FUNCTION(groupLeave) {
  groupOf(args)->pulse->leave();
  return nullptr;
}

// groupPeers(group): seconds since the store answered (negative: lost), then for each rank its state, the seconds since
// it was last heard, how many collectives it has started, and whom it blames.
EGOLENS_FUNCTION(groupPeers) {
  std::vector<PulseOfPeer> peers;
  const double store = groupOf(args)->pulse->read(peers);
  const auto now = std::chrono::steady_clock::now();
  napi_value list;
  uint32_t count = 0;
  napi_create_array_with_length(args.env(), 1 + 4 * peers.size(), &list);
  const auto push = [&](double value) { napi_set_element(args.env(), list, count++, numberValue(args.env(), value)); };
  push(store);
  for (const PulseOfPeer& peer : peers) {
    push(static_cast<double>(peer.state));
    push(std::chrono::duration<double>(now - peer.changed).count());
    push(static_cast<double>(peer.started));
    push(static_cast<double>(peer.culprit));
  }
  return list;
}

// Its threads may still wait for a rank that is gone, and joining them would take the whole timeout: what failed is left
// to the end of the process.
void abandon(c10d_compat::BackendPtr backend) { static_cast<void>(backend.release()); }

// endGroup(group, culprit): tells the others that this rank stops here, and blames one of them, or none (-1).
EGOLENS_FUNCTION(endGroup) {
  groupOf(args)->pulse->end(args.integer(1));
  return nullptr;
}

// closeGroup(group, healthy)
EGOLENS_FUNCTION(closeGroup) {
  Distributed& distributed = distributedOf(args);
  const auto group = groupOf(args);
  distributed.groups.remove(args.number(0));
  group->pulse.reset();
  if (!args.boolean(1)) abandon(std::move(group->backend));
  return nullptr;
}

}  // namespace

void closeDistributed(Environment& environment) {
  if (!environment.distributed) return;
  Distributed& distributed = *environment.distributed;
  // A rank that ends without destroy() may have collectives under way.
  distributed.groups.each([](std::shared_ptr<Group>& group) {
    group->pulse.reset();
    abandon(std::move(group->backend));
  });
  distributed.works.each([](c10d_compat::WorkPtr& work) { static_cast<void>(work.release()); });
  environment.distributed.reset();
}

const std::vector<Export>& distributedExports() {
  static const std::vector<Export> list = {{"distributedBackends", distributedBackends},
                                           {"openStore", openStore},
                                           {"storeSet", storeSet},
                                           {"storeGet", storeGet},
                                           {"storeAdd", storeAdd},
                                           {"closeStore", closeStore},
                                           {"openGroup", openGroup},
                                           {"allReduceSum", allReduceSum},
                                           {"broadcast", broadcast},
                                           {"allGather", allGather},
                                           {"workWait", workWait},
                                           {"groupWatch", groupWatch},
                                           {"groupLeave", groupLeave},
                                           {"groupPeers", groupPeers},
                                           {"endGroup", endGroup},
                                           {"closeGroup", closeGroup}};
  return list;
}

#else

struct Distributed {};

namespace {

EGOLENS_FUNCTION(distributedBackends) {
  napi_value list;
  napi_create_array(args.env(), &list);
  return list;
}

}  // namespace

void closeDistributed(Environment&) {}

const std::vector<Export>& distributedExports() {
  static const std::vector<Export> list = {{"distributedBackends", distributedBackends}};
  return list;
}

#endif

}  // namespace egolens
