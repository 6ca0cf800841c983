// SPDX-License-Identifier: GPL-2.0-or-later
// apply as a whole: which parts run, in which order, what is refused before anything is written,
// and that a power cut at any verb leaves the old arguments or the new.
#include "cli/apply_plan.hpp"

#include "bootloader/bls_backend.hpp"
#include "bootloader/grub_backend.hpp"
#include "cli/kexec.hpp"
#include "cli/provision.hpp"
#include "cli/transaction.hpp"
#include "crash/grub_view.hpp"
#include "host/own_paths.hpp"
#include "loader/trial.hpp"
#include "plan/legacy.hpp"
#include "unit/bootloader/bls_hosts.hpp"
#include "unit/plan/machine.hpp"
#include "unit/tree.hpp"
#include "unit/words.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <catch2/catch_test_macros.hpp>
#include <sstream>

using namespace vfirst;
using vfirst::test::CrashingFiles;
using vfirst::test::grub_cfg;
using vfirst::test::PowerCut;
using vfirst::test::TempTree;

namespace {

const std::string kOld = "isolcpus=2-7 nohz_full=2-7";
const std::string kNew = "isolcpus=4-7 nohz_full=4-7";
constexpr auto kOnDisk = "29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n";

// What stdout and the log got while it lived.
class Words {
 public:
  Words() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(text_));
    logger->set_pattern("%v");
    spdlog::set_default_logger(logger);
  }
  ~Words() { spdlog::set_default_logger(before_); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  bool say(std::string_view what) const { return text_.str().find(what) != std::string::npos; }
  std::string all() const { return text_.str(); }

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream text_;
};

void add_words(Plan& plan, const std::string& arguments) {
  plan.kargs.clear();
  for (auto& argument : split_arguments(arguments))
    plan.kargs.push_back({std::move(argument), {}, {}});
}

// A GRUB host whose disk may fail, and what it was asked to do beside.
struct ApplyHost {
  TempTree tree{{"proc/self/mountinfo", kOnDisk}};
  Root root = tree.root();
  Facts facts = test::Machine{}.facts();
  Policy policy;
  Plan plan;
  Options options;
  CrashingFiles files;
  GrubBackend backend{files, root, facts.boot};
  bool running_system = true;
  // of follow-ups, in order
  std::vector<std::string> acted;
  Status kexec{};
  Status unused{};
  // what was printed on stderr by the log
  std::string said;

  explicit ApplyHost(
      CrashingFiles::Disk disk = {{"boot/grub/grub.cfg", grub_cfg(true)}}, int at = -1)
      : files(std::move(disk), at) {
    facts.boot.loader = Loader::grub;
    facts.boot.filesystem = "ext4";
    facts.boot.device = "vda1";
    facts.boot.cmdline = "root=UUID=1 ro quiet";
    add_words(plan, kNew);
  }
  ExitCode run(Backend& loader) {
    ApplyParts parts{
        .root = root,
        .files = files,
        .facts = facts,
        .policy = policy,
        .plan = plan,
        .backend = &loader};
    if (running_system)
      parts.follow_up = FollowUp{
          [this]() -> Status { return acted.push_back("reboot"), Status{}; },
          [this] { return acted.push_back("kexec"), kexec; }, [this] { return unused; }};
    else
      parts.why_no_follow_up = refuse("not the running system").error();
    Words words;
    struct Keep {
      ApplyHost& host;
      Words& words;
      ~Keep() { host.said = words.all(); }
    } const keep{*this, words};
    return apply_plan(parts, options);
  }
  ExitCode run() { return run(backend); }
  std::string next() {
    std::set<std::string> doubtful;
    const auto seen = grub_sees(files, doubtful);
    CHECK(doubtful == std::set<std::string>{});
    return seen;
  }
  LoaderState state() { return *backend.state(); }
};

}  // namespace

TEST_CASE("a trial is armed, and the words say what happens next", "[trial]") {
  ApplyHost host;
  CHECK(host.run() == ExitCode::done);
  CHECK(host.next() == kNew);
  CHECK(host.state().trial == Trial::armed);
  CHECK(host.said.contains("Saved to slot a."));
  CHECK(host.said.contains(
      "The next boot is a trial. If verify passes there they become permanent; if not, the boot "
      "after it uses the old arguments."));
  CHECK(host.said.contains(
      "These arguments take effect at the next boot. Reboot, then run: vfirst verify"));
  const auto writes = host.files.writes;
  CHECK(host.run() == ExitCode::done);
  CHECK(host.files.writes == writes);
  CHECK(host.said == "Already written; waiting for a reboot.\n");
}

TEST_CASE("a dry run writes nothing and says so", "[trial]") {
  ApplyHost host;
  host.options.dry_run = true;
  CHECK(host.run() == ExitCode::done);
  CHECK(host.files.writes == 0);
  CHECK(host.said == "Nothing was written (dry run).\n");
  host.options.detailed_exitcode = true;
  CHECK(host.run() == ExitCode::changes_pending);
}

TEST_CASE("a plan with errors is refused and nothing is written, unless by force", "[trial]") {
  ApplyHost host;
  host.plan.findings.push_back({});
  host.plan.findings.back().severity = Severity::error;
  host.plan.findings.back().message = "50-host.ini:3: [pf up] expect = 4, but 2 PFs match";
  for (const bool provision : {false, true}) {
    host.options.provision = provision;
    CHECK(host.run() == ExitCode::refused);
    CHECK(host.files.writes == 0);
    CHECK(host.said.contains("expect = 4, but 2 PFs match"));
    CHECK(host.acted.empty());
  }
  host.options.provision = false;
  SECTION("a dry run shows the difference all the same, and exits as apply would") {
    host.options.dry_run = true;
    CHECK(host.run() == ExitCode::refused);
    CHECK(host.files.writes == 0);
    CHECK(host.said.contains("Nothing was written (dry run)."));
  }
  SECTION("by force") {
    host.options.force = true;
    CHECK(host.run() == ExitCode::done);
    CHECK(host.next() == kNew);
  }
  SECTION("a warning is no error") {
    host.plan.findings.back().severity = Severity::warning;
    CHECK(host.run() == ExitCode::done);
    CHECK(host.next() == kNew);
  }
}

TEST_CASE("a root that is not the running system gets files and never an action", "[trial]") {
  ApplyHost host;
  host.running_system = false;
  host.policy.boot.reboot = Setting<Reboot>{Reboot::reboot, {}};
  SECTION("nothing is asked for beside files") {
    CHECK(host.run() == ExitCode::done);
    CHECK(host.next() == kNew);
    CHECK(host.acted.empty());
    return;
  }
  SECTION("--reboot=reboot") {
    host.options.reboot = "reboot";
  }
  SECTION("--reboot=kexec") {
    host.options.reboot = "kexec";
  }
  SECTION("--provision, with a policy that says reboot") {
    host.options.provision = true;
  }
  CHECK(host.run() == ExitCode::refused);
  CHECK(host.files.writes == 0);
  CHECK(host.acted.empty());
}

TEST_CASE(
    "--reboot acts once the arguments are written, and only if a reboot is needed",
    "[trial][kernel-arguments]") {
  ApplyHost host;
  host.options.no_trial = true;
  SECTION("reboot") {
    host.options.reboot = "reboot";
    CHECK(host.run() == ExitCode::done);
    CHECK(host.next() == kNew);
    CHECK(host.acted == std::vector<std::string>{"reboot"});
    host.facts.boot.cmdline += " " + kNew;
    CHECK(host.run() == ExitCode::done);
    CHECK(host.acted.size() == 1);
  }
  SECTION("kexec") {
    host.options.reboot = "kexec";
    CHECK(host.run() == ExitCode::done);
    CHECK(host.acted == std::vector<std::string>{"kexec"});
    CHECK(kexec_begun(host.files, host.plan));
  }
  SECTION("a kexec that cannot be is a full reboot") {
    host.options.reboot = "kexec";
    host.kexec = refuse("the kernel forbids it");
    CHECK(host.run() == ExitCode::done);
    CHECK(host.acted == std::vector<std::string>{"kexec", "reboot"});
    CHECK_WORDS(
        host.said.contains("making a full reboot instead of a kexec: the kernel forbids it"));
  }
  SECTION("a VF in use is found before anything is written") {
    host.options.reboot = "kexec";
    host.unused = refuse("0000:01:10.0 is in use");
    CHECK(host.run() == ExitCode::refused);
    CHECK(host.files.writes == 0);
    CHECK(host.acted.empty());
  }
}

// A package that is updated while a trial of 0.1.0 is under way: the files have its name of the
// plan.
TEST_CASE(
    "a plan that 0.1.0 armed is not armed anew, and one that failed there is refused", "[trial]") {
  ApplyHost host;
  const auto old_name = legacy::hash(host.plan);
  REQUIRE(host.backend.apply(
      host.plan.cmdline(), {.plan = old_name,
                            .dry_run = false,
                            .trial = true,
                            .force = false,
                            .trial_only = trial_arguments(old_name, {}),
                            .limit = 2047,
                            .prove = {},
                            .run = {}}));
  const int armed = host.files.writes;
  CHECK(host.run() == ExitCode::done);
  CHECK(host.files.writes == armed);
  CHECK(host.backend.state()->trial_plan == old_name);
  // GRUB took it, and it was not confirmed.
  auto slots = *current_slots(host.files, host.facts.boot);
  REQUIRE(slots.environment->set("vfirst_try", "-"));
  host.files.disk[slots.path] = slots.environment->bytes();
  CHECK(host.backend.state()->trial == Trial::failed);
  CHECK(host.run() == ExitCode::refused);
  host.options.force = true;
  CHECK(host.run() == ExitCode::done);
  CHECK(host.backend.state()->trial == Trial::armed);
}

TEST_CASE("provisioning reboots once where the count survives", "[trial][provisioning]") {
  ApplyHost host;
  host.options.provision = true;
  host.policy.boot.reboot = Setting<Reboot>{Reboot::reboot, {}};
  CHECK(host.run() == ExitCode::done);
  CHECK(host.acted == std::vector<std::string>{"reboot"});
  CHECK(host.files.exists(kProvisionReboots));
  // The boot after it lacks the arguments: no second reboot.
  CHECK(host.run() == ExitCode::failed);
  CHECK(host.acted.size() == 1);
  host.facts.boot.cmdline += " " + kNew + " vfirst.trial=" + host.plan.hash();
  CHECK(host.run() == ExitCode::done);
  CHECK(host.files.exists(kProvisionedStamp));
}

TEST_CASE(
    "a root in memory is never provisioned: every boot would be the first one",
    "[trial][provisioning]") {
  ApplyHost host;
  host.options.provision = true;
  host.policy.boot.reboot = Setting<Reboot>{Reboot::reboot, {}};
  bool trial = true;
  std::string named;
  SECTION("overlayroot=tmpfs") {
    named = "overlay";
    host.tree.add(
        "proc/self/mountinfo",
        "30 1 0:26 / / rw - overlay overlayroot "
        "rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/w\n"
        "31 30 0:25 / /media/root-rw rw - tmpfs tmpfs-root rw\n");
  }
  SECTION("overlayroot=tmpfs, with the trial switched off as the refusal of a trial says") {
    named = "overlay";
    trial = false;
    host.tree.add(
        "proc/self/mountinfo",
        "30 1 0:26 / / rw - overlay overlayroot "
        "rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/w\n"
        "31 30 0:25 / /media/root-rw rw - tmpfs tmpfs-root rw\n");
  }
  SECTION("systemd.volatile=state: /boot is kept, the count is not") {
    named = "tmpfs on /var";
    host.tree.add(
        "proc/self/mountinfo", std::string(kOnDisk) + "40 29 0:30 / /var rw - tmpfs tmpfs rw\n");
  }
  SECTION("a live image whose upper directory is hidden") {
    named = "not shown any more";
    host.tree.add(
        "proc/self/mountinfo",
        "30 1 0:26 / / rw - overlay /cow rw,lowerdir=/r,upperdir=/cow/upper,workdir=/cow/work\n");
  }
  host.policy.boot.trial = Setting<bool>{trial, {}};
  for (int boot = 0; boot < 3; ++boot) {
    CHECK(host.run() == ExitCode::refused);
    CHECK(host.files.writes == 0);
    CHECK(host.acted.empty());
  }
  // One that the boot server gave its arguments has nothing to lose.
  host.facts.boot.cmdline += " " + kNew;
  host.policy.boot.trial = Setting<bool>{false, {}};
  if (named == "tmpfs on /var") {
    CHECK(host.run() == ExitCode::done);
    CHECK(host.acted.empty());
  }
}

TEST_CASE(
    "arguments are not written where the next boot does not find them",
    "[trial][kernel-arguments]") {
  ApplyHost host;
  host.options.no_trial = true;
  host.tree.add(
      "proc/self/mountinfo", std::string(kOnDisk) + "40 29 0:30 / /boot rw - tmpfs tmpfs rw\n");
  CHECK(host.run() == ExitCode::refused);
  CHECK(host.files.writes == 0);
  SECTION("in an image that is built in memory they are: its boot is another one's") {
    host.running_system = false;
    CHECK(host.run() == ExitCode::done);
    CHECK(host.next() == kNew);
  }
}

TEST_CASE(
    "a power cut at any verb of an apply leaves the old arguments or the new",
    "[trial][kernel-arguments][crash]") {
  struct Scene {
    std::string name;
    bool trial, dry_run, old;
  };
  int points = 0;
  for (const auto& scene :
       {Scene{"good", false, false, false}, Scene{"good over good", false, false, true},
        Scene{"trial", true, false, false}, Scene{"trial beside good", true, false, true},
        Scene{"dry run", true, true, true}}) {
    INFO(scene.name);
    CrashingFiles::Disk start{{"boot/grub/grub.cfg", grub_cfg(true)}};
    if (scene.old) {
      ApplyHost before(start);
      before.options.no_trial = true;
      add_words(before.plan, kOld);
      REQUIRE(before.run() == ExitCode::done);
      start = before.files.disk;
    }
    const std::string old = scene.old ? kOld : "";
    for (int at = 0;; ++at) {
      REQUIRE(at < 100);
      ApplyHost host(start, at);
      host.options.no_trial = !scene.trial;
      host.options.dry_run = scene.dry_run;
      bool cut = false;
      try {
        // Not within CHECK, which would take the power cut for an answer.
        const auto code = host.run();
        CHECK(code == ExitCode::done);
      } catch (const PowerCut&) {
        cut = true;
      }
      ++points;
      INFO("cut before step " << at);
      const auto seen = host.next();
      CHECK((seen == old || seen == kNew));
      if (!cut) {
        CHECK(seen == (scene.dry_run ? old : kNew));
        CHECK((scene.dry_run ? host.files.writes == 0 : host.files.writes > 0));
        break;
      }
      // The next run, after the journal was replayed, finishes.
      ApplyHost again(host.files.disk);
      again.options.no_trial = !scene.trial;
      CHECK(again.run() == ExitCode::done);
      CHECK(again.next() == kNew);
      CHECK(again.state().trial == (scene.trial ? Trial::armed : Trial::none));
    }
  }
  CHECK(points > 40);
}

TEST_CASE(
    "a power cut at any verb of an apply that adopts loses no argument without ours in its place",
    "[trial][kernel-arguments][crash]") {
  // The entries of Fedora, where no other program makes a configuration.
  const auto start = test::fedora().files.disk;
  const auto word = std::string("rhgb");
  const auto tuned = test::entries(test::kMachine + "-6.11.4-301.fc41.x86_64.conf");
  int points = 0;
  for (int at = 0;; ++at) {
    REQUIRE(at < 200);
    auto fedora = test::fedora();
    fedora.files = CrashingFiles(start, at);
    ApplyHost host(start, at);
    host.facts.boot = fedora.boot;
    host.options.no_trial = true;
    host.options.adopt = true;
    host.plan.foreign.append(split_arguments(word).front());
    BlsBackend backend(host.files, host.root, host.facts.boot);
    bool cut = false;
    try {
      const auto code = host.run(backend);
      CHECK(code == ExitCode::done);
    } catch (const PowerCut&) {
      cut = true;
    }
    ++points;
    INFO("cut before step " << at);
    fedora.files = CrashingFiles(host.files.disk);
    // The word is somebody else's, then ours, and gives way to the plan's arguments only with them.
    const auto line = test::given(fedora, tuned);
    CHECK((line.contains(word) || line.contains(kNew)));
    if (!cut) {
      CHECK(line.contains(kNew));
      CHECK(host.files.disk.at(kHistory).contains("adopted: " + word));
      ApplyHost later(host.files.disk);
      BlsBackend loader(later.files, later.root, host.facts.boot);
      REQUIRE(loader.remove(false));
      fedora.files = CrashingFiles(later.files.disk);
      CHECK(test::given(fedora, tuned).contains(word));
      CHECK_FALSE(test::given(fedora, tuned).contains("isolcpus"));
      break;
    }
    ApplyHost again(host.files.disk);
    again.facts.boot = fedora.boot;
    again.options.no_trial = true;
    BlsBackend second(again.files, again.root, again.facts.boot);
    CHECK(again.run(second) == ExitCode::done);
    fedora.files = CrashingFiles(again.files.disk);
    CHECK(test::given(fedora, tuned).contains(kNew));
  }
  CHECK(points > 10);
}

TEST_CASE("a disk that is full is one error, and the next boot is the old one", "[trial]") {
  for (int at = 0; at < 40; ++at) {
    ApplyHost host({{"boot/grub/grub.cfg", grub_cfg(true)}});
    host.files = CrashingFiles({{"boot/grub/grub.cfg", grub_cfg(true)}}, at, ENOSPC);
    host.options.no_trial = true;
    const auto code = host.run();
    const auto seen = host.next();
    INFO("full at step " << at);
    if (code == ExitCode::done) {
      CHECK(seen == kNew);
      break;
    }
    CHECK(code == ExitCode::failed);
    CHECK((seen.empty() || seen == kNew));
  }
}

TEST_CASE(
    "a loader that vfirst cannot write is refused, unless the arguments are there already",
    "[trial][kernel-arguments]") {
  ApplyHost host;
  ApplyParts parts{
      .root = host.root,
      .files = host.files,
      .facts = host.facts,
      .policy = host.policy,
      .plan = host.plan};
  parts.why_none = {Error::Kind::refused, std::errc::operation_not_supported, "not ours"};
  host.facts.boot.loader = Loader::none;
  const Words words;
  CHECK(apply_plan(parts, host.options) == ExitCode::refused);
  host.facts.boot.cmdline += " " + kNew;
  CHECK(apply_plan(parts, host.options) == ExitCode::done);
  CHECK(host.files.writes == 0);
}
