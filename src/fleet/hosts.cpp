// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/hosts.hpp"

#include "fleet/host_facts.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace vfirst {

namespace fs = std::filesystem;

Result<std::vector<HostFile>> hosts_in(const fs::path& directory) {
  std::error_code error;
  std::vector<HostFile> hosts;
  for (auto at = fs::directory_iterator(directory, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const auto name = at->path().filename().native();
    std::error_code own;
    if (at->is_directory(own)) {
      if (tree_in(at->path())) hosts.push_back({name, at->path()});
    } else if (const auto host = host_of_file(name); host && at->is_regular_file(own)) {
      hosts.push_back({*host, at->path()});
    }
  }
  if (error) return failed(error.value(), "{}: {}", directory.native(), error.message());
  if (hosts.empty())
    return refuse("{}: no host in it (NAME.json, a tar or a tree)", directory.native());
  std::ranges::sort(hosts, {}, [](const HostFile& one) { return std::tie(one.host, one.path); });
  for (std::size_t i = 1; i < hosts.size(); ++i)
    if (hosts[i].host == hosts[i - 1].host)
      return refuse(
          "{}: {} and {} are both for the host {}", directory.native(),
          hosts[i - 1].path.filename().native(), hosts[i].path.filename().native(), hosts[i].host);
  return hosts;
}

Status for_each_host(
    const std::vector<HostFile>& hosts, const HostWork& how,
    const std::function<Status(std::size_t index, Result<Facts> facts)>& work) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> stop{false};
  // Guards the members below.
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Error> error;
  const auto wanted = how.threads ? how.threads : std::max(1u, std::thread::hardware_concurrency());
  unsigned running = static_cast<unsigned>(std::min<std::size_t>(wanted, hosts.size()));

  const auto run = [&] {
    for (std::size_t i; !stop && (i = next++) < hosts.size(); ++done)
      if (auto status = work(i, host_facts(hosts[i].path, how.kernel)); !status) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::move(status.error());
        stop = true;
      }
    const std::lock_guard lock(mutex);
    --running;
    ended.notify_one();
  };
  std::vector<std::thread> threads;
  for (auto n = running; n > 0; --n)
    threads.emplace_back(run);
  {
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, std::chrono::milliseconds(200), [&] { return running == 0; })) {
      if (!how.progress) continue;
      lock.unlock();
      how.progress(done);
      lock.lock();
    }
  }
  for (auto& thread : threads)
    thread.join();
  if (error) return std::unexpected(*error);
  return {};
}

}  // namespace vfirst
