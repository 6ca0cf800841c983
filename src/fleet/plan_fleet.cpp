// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/plan_fleet.hpp"

#include "fleet/summary.hpp"
#include "plan/match_words.hpp"
#include "report/plan_report.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <mutex>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

// Renames the complete file into place, so that nobody reads half a plan. There is no fsync: the
// plan can be made again.
Status write_file(const fs::path& path, std::string_view text) {
  auto temporary = path;
  temporary += ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  std::error_code error;
  if (!file) {
    const auto why = std::generic_category().message(errno);
    fs::remove(temporary, error);
    return failed(EIO, "{}: cannot be written: {}", path.native(), why);
  }
  fs::rename(temporary, path, error);
  if (error) return failed(error.value(), "{}: {}", path.native(), error.message());
  return {};
}

void count(const Plan& plan, std::map<std::string, FindingCount>& findings) {
  std::vector<std::string_view> seen;
  for (const auto& finding : plan.findings) {
    auto& one = findings[finding.code];
    one.severity = std::max(one.severity, finding.severity);
    if (std::ranges::find(seen, finding.code) != seen.end()) continue;
    seen.push_back(finding.code);
    ++one.hosts;
  }
}

}  // namespace

Result<Plan> plan_host(const Facts& facts, const PolicySet& policy, const std::string& kernel) {
  const auto wishes = VFIRST_TRY(policy.of(match_words(facts)));
  return make_plan(facts, *wishes, kernel);
}

Result<FleetSummary> plan_fleet(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const fs::path& out,
    const HostWork& how) {
  FleetSummary summary;
  summary.hosts = hosts.size();
  // Guards `summary`.
  std::mutex mutex;
  const auto work = [&](std::size_t index, Result<Facts> facts) -> Status {
    const auto& host = hosts[index].host;
    const auto file = out / (host + ".plan.json");
    const auto plan = facts ? plan_host(*facts, policy, how.kernel)
                            : Result<Plan>(std::unexpected(facts.error()));
    if (!plan) {
      std::error_code error;
      fs::remove(file, error);
      if (error)
        return failed(
            error.value(), "{}: cannot remove this plan of an earlier run: {}", file.native(),
            error.message());
      const std::lock_guard lock(mutex);
      summary.refused.push_back({host, plan.error().what});
      return {};
    }
    VFIRST_CHECK(write_file(file, plan_json(*plan)));
    const std::lock_guard lock(mutex);
    ++summary.planned;
    count(*plan, summary.findings);
    return {};
  };
  VFIRST_CHECK(for_each_host(hosts, how, work));
  std::ranges::sort(summary.refused, {}, &RefusedHost::host);
  VFIRST_CHECK(write_file(out / "summary.json", summary_json(summary)));
  return summary;
}

}  // namespace vfirst
