// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/brought.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "host/network_events.hpp"
#include "host/read_only_mount.hpp"
#include "kargs/command_line.hpp"
#include "policy/load.hpp"
#include "policy/policy_set.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

namespace vfirst {

namespace {

using namespace std::chrono_literals;

constexpr auto kFetch = VFIRST_LIBEXECDIR "/fetch";
// dracut's own tries included.
constexpr int kFetchLimit_s = 40;
constexpr auto kLabel = "VFIRST";
constexpr auto kAskedLabel = "LABEL=VFIRST";

// curl's exit codes for what a network that is still coming up gives: no name, no way, no answer,
// half an answer.
bool may_still_come(int code) {
  static constexpr int kCodes[] = {5, 6, 7, 18, 28, 35, 52, 55, 56};
  return std::ranges::find(kCodes, code) != std::end(kCodes);
}

// curl's own sentence; its progress meter and warnings stand before it.
std::string reason(const Ended& ended) {
  std::string last;
  for (const auto line : split(ended.err, '\n')) {
    const auto text = trimmed(line.substr(line.rfind('\r') + 1));
    if (!text.empty() && (text.starts_with("curl: (") || !last.starts_with("curl: ("))) last = text;
  }
  return last.empty() ? fmt::format("exit status {}", ended.code) : last;
}

std::string name_of(std::string_view url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  const auto name = path.substr(path.rfind('/') + 1);
  const bool plain = name.size() < 100 && name.ends_with(".ini") &&
                     std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 127; });
  return plain ? std::string(name) : "policy.ini";
}

// What the kernel command line asks for.
struct Asked {
  bool label = false;
  std::vector<std::string> urls;
};

Asked asked_for(const Root& root) {
  Asked out;
  const auto cmdline = root.read(kernel_paths::kCommandLine).value_or("");
  for (const auto& arg : split_arguments(cmdline)) {
    if (arg.key != kBroughtArgument || !arg.value) continue;
    if (*arg.value == kAskedLabel)
      out.label = true;
    else if (!arg.value->empty())
      out.urls.emplace_back(*arg.value);
  }
  return out;
}

// [boot] brought of the image's own policy, or of the host's. One that cannot be read lists
// nothing; whoever plans with it will say what is wrong with it.
Maybe<BroughtSources> listed_sources(const Root& root, const PolicySeams& seams) {
  const auto own = find_own_policy(root);
  if (!own) return std::nullopt;
  const bool by_machine = std::ranges::any_of(*own, asks_for_machine);
  const auto policy = parse_policy(*own, by_machine ? seams.machine() : MatchFacts{});
  return policy ? policy->boot.brought : std::nullopt;
}

class Gathering {
 public:
  Gathering(
      const Root& root, Files& files, Events& events, const PolicySeams& seams, Events::Time wait)
      : root_(root), files_(files), events_(events), seams_(seams), end_(events.now() + wait) {
    if (const auto text = files.read(kSourcesFile))
      for (const auto line : split(*text, '\n'))
        if (!line.empty()) there_.emplace_back(line);
    listed_ = listed_sources(root, seams);
  }

  void from_initramfs() {
    const auto names = policy_names(root_, kHostPolicy);
    if (!names || !root_.exists(kImagePolicyFolder)) return;
    for (const auto& name : *names) {
      const auto path = fmt::format("{}/{}", kHostPolicy, name);
      const auto own = image_policy(root_, name);
      if (own && *own == root_.bytes(path).value_or("")) continue;
      source(fmt::format("policy {} from the boot loader", name), [&]() -> Result<std::string> {
        VFIRST_CHECK(permitted(&BroughtSources::loader_file, "loader-file"));
        return keep(name, VFIRST_TRY(read_policy_file(root_, path, name)));
      });
    }
  }

  // `asked`: by the kernel command line. An image that lists it looks once, in the initramfs.
  void from_disk(bool asked, bool initramfs) {
    const bool listed = initramfs && listed_ && listed_->value.label;
    if (!asked && !listed) return;
    source(
        fmt::format("policy from the filesystem labelled {}", kLabel),
        [&]() -> Result<std::string> {
          VFIRST_CHECK(permitted(&BroughtSources::label, "label"));
          LabelledDisk disk(root_, kLabel, seams_.filesystem_name);
          auto device = VFIRST_TRY(disk.find());
          while (!device && asked && events_.now() < end_) {
            events_.wait(end_, true);
            device = VFIRST_TRY(disk.find());
          }
          if (!device && !asked) return std::string();
          if (!device) return failed(ENODEV, "{}", disk.why_none());
          return keep_all(VFIRST_TRY(seams_.files_on(*device)), *device);
        });
  }

  void from_url(const std::string& url, unsigned number) {
    source(fmt::format("policy from {}", url), [&]() -> Result<std::string> {
      VFIRST_CHECK(permitted(&BroughtSources::url, "url"));
      return keep(fmt::format("url-{}-{}", number, name_of(url)), VFIRST_TRY(fetch(url)));
    });
  }

  std::vector<Brought> take() {
    if (more_) {
      std::string text;
      for (const auto& line : there_)
        text += line + "\n";
      if (auto status = replace(files_, kSourcesFile, text); !status)
        refused("record of policy sources", status.error(), {});
    }
    return std::move(out_);
  }

 private:
  // `get` answers with the names of the files that it kept; "" where there is no such source.
  void source(std::string text, const std::function<Result<std::string>()>& get) {
    if (std::ranges::find(there_, text) != there_.end()) return;
    const auto began = events_.now();
    const Result<std::string> names = get();
    const auto took = events_.now() - began;
    if (!names) return refused(std::move(text), names.error(), took);
    if (names->empty()) return;
    there_.push_back(text);
    more_ = true;
    out_.push_back({std::move(text), *names, "", 0, took});
  }

  void refused(std::string text, const Error& why, Events::Time took) {
    out_.push_back({std::move(text), "", why.what, static_cast<int>(why.code), took});
  }

  // An image that lists its sources takes no others, whoever asks for them.
  Status permitted(bool BroughtSources::* source, std::string_view word) const {
    if (!listed_ || listed_->value.*source) return {};
    return refuse("ignored: {}: [boot] brought does not list {}", listed_->from.str(), word);
  }

  Result<std::string> keep(const std::string& name, const std::string& text) {
    VFIRST_CHECK(check_source({name, text}));
    const auto path = fmt::format("{}/{}", kBroughtFolder, name);
    if (files_.read(path).value_or("") != text) VFIRST_CHECK(replace(files_, path, text));
    return name;
  }

  // One file that is refused is a line of its own, and the others are kept.
  Result<std::string> keep_all(const std::vector<DiskPolicy>& all, const std::string& device) {
    if (all.empty()) return refuse("{}: there is no .ini file on it", device);
    std::string names;
    for (const auto& file : all) {
      const auto kept = file.text ? keep("disk-" + file.name, *file.text) : file.text;
      if (kept)
        append_to_list(names, *kept, " ");
      else
        refused(fmt::format("policy {} from {}", file.name, device), kept.error(), {});
    }
    return names;
  }

  Result<std::string> fetch(const std::string& url) {
    for (;;) {
      const auto ended = seams_.run({kFetch, url}, {});
      if (!ended && ended.error().code == std::errc::no_such_file_or_directory)
        return failed(
            ENOENT, "{} is missing: dracut's module url-lib puts it into the initramfs", kFetch);
      if (!ended) return std::unexpected(ended.error());
      if (ended->code == 0) return ended->out;
      const auto left = end_ - events_.now();
      if (!may_still_come(ended->code) || left <= Events::Time::zero())
        return failed(EIO, "{}", reason(*ended));
      seams_.network_change(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::min<Events::Time>(left, 2s)));
    }
  }

  const Root& root_;
  Files& files_;
  Events& events_;
  const PolicySeams& seams_;
  const Events::Time end_;
  Maybe<BroughtSources> listed_;
  std::vector<std::string> there_;
  bool more_ = false;
  std::vector<Brought> out_;
};

Result<std::vector<DiskPolicy>> read_device(const HostActions& actions, const std::string& device) {
  const auto mounted = VFIRST_TRY(ReadOnlyMount::open(actions, device));
  const auto root = VFIRST_TRY(Root::open(mounted.path()));
  std::vector<DiskPolicy> out;
  for (const auto& name : VFIRST_TRY(policy_names(root, "."))) {
    // A link would lead out of the disk.
    if (root.link(name))
      out.push_back({name, refuse("{}: a symbolic link, on {}", name, device)});
    else
      out.push_back({name, read_policy_file(root, name, name)});
  }
  return out;
}

}  // namespace

PolicySeams policy_seams(const HostActions& actions) {
  PolicySeams seams;
  seams.run = [](const std::vector<std::string>& argv, std::string_view input) {
    return run_process(argv, input, kFetchLimit_s);
  };
  // Opened when a fetch has failed for the first time; what came between that and this costs one
  // round.
  seams.network_change = [actions, events = std::shared_ptr<NetworkEvents>()](
                             std::chrono::milliseconds limit) mutable {
    if (!events) events = std::make_shared<NetworkEvents>(actions);
    events->wait(limit);
  };
  seams.filesystem_name = filesystem_name;
  seams.files_on = [actions](const std::string& device) { return read_device(actions, device); };
  seams.machine = [] { return MatchFacts{}; };
  return seams;
}

std::vector<Brought> bring_policy(
    const Root& root, Files& files, Events& events, const PolicySeams& seams, bool initramfs,
    Events::Time wait) {
  Gathering gathering(root, files, events, seams, wait);
  if (initramfs) gathering.from_initramfs();
  const auto asked = asked_for(root);
  gathering.from_disk(asked.label, initramfs);
  for (unsigned i = 0; i < asked.urls.size(); ++i)
    gathering.from_url(asked.urls[i], i + 1);
  return gathering.take();
}

}  // namespace vfirst
