// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/brought.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/disks.hpp"
#include "host/network_events.hpp"
#include "host/read_only_mount.hpp"
#include "policy/load.hpp"

#include <algorithm>
#include <cerrno>

namespace vfirst {

namespace {

using namespace std::chrono_literals;

constexpr auto kFetch = "/usr/libexec/vfirst/fetch";
// dracut's own tries included
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

class Gathering {
 public:
  Gathering(
      const Root& root, Files& files, Events& events, const PolicySeams& seams, Events::Time wait)
      : root_(root), files_(files), events_(events), seams_(seams), end_(events.now() + wait) {
    if (const auto text = files.read(kSourcesFile))
      for (const auto line : split(*text, '\n'))
        if (!line.empty()) there_.emplace_back(line);
  }

  void from_initramfs() {
    const auto names = policy_names(root_, kHostPolicy);
    if (!names || !root_.exists(kImagePolicyFolder)) return;
    for (const auto& name : *names) {
      const auto path = fmt::format("{}/{}", kHostPolicy, name);
      const auto own = root_.bytes(fmt::format("{}/{}", kImagePolicyFolder, name));
      if (own && own->substr(own->find('\n') + 1) == root_.bytes(path).value_or("")) continue;
      source(fmt::format("policy {} from the boot loader", name), [&]() -> Result<std::string> {
        return keep(name, VFIRST_TRY(read_policy_file(root_, path, name)));
      });
    }
  }

  void from_disk(bool asked) {
    source(
        fmt::format("policy from the filesystem labelled {}", kLabel),
        [&]() -> Result<std::string> {
          auto device = seams_.labelled(asked);
          while (!device && asked && events_.now() < end_) {
            events_.wait(end_, true);
            device = seams_.labelled(events_.now() >= end_);
          }
          if (!device && !asked) return std::string();
          if (!device) return failed(ENODEV, "no filesystem has this label");
          std::string names;
          for (const auto& file : VFIRST_TRY(seams_.files_on(*device)))
            append_to_list(names, VFIRST_TRY(keep("disk-" + file.name, file.text)), " ");
          if (names.empty()) return refuse("{}: there is no .ini file on it", *device);
          return names;
        });
  }

  void from_url(const std::string& url, unsigned number) {
    source(fmt::format("policy from {}", url), [&]() -> Result<std::string> {
      return keep(fmt::format("url-{}-{}", number, name_of(url)), VFIRST_TRY(fetch(url)));
    });
  }

  std::vector<Brought> take() {
    if (more_) {
      std::string text;
      for (const auto& line : there_)
        text += line + "\n";
      if (auto status = replace(files_, kSourcesFile, text); !status)
        out_.push_back(
            {"record of policy sources",
             "",
             status.error().what,
             static_cast<int>(status.error().code),
             {}});
    }
    return std::move(out_);
  }

 private:
  // `get` answers with the names of the files that it kept; "" where there is no such source.
  void source(std::string text, const std::function<Result<std::string>()>& get) {
    if (std::ranges::find(there_, text) != there_.end()) return;
    const auto began = events_.now();
    const Result<std::string> names = get();
    if (names && names->empty()) return;
    Brought one{text, names.value_or(""), "", 0, events_.now() - began};
    if (names) {
      there_.push_back(std::move(text));
      more_ = true;
    } else {
      one.cause = names.error().what;
      one.error = static_cast<int>(names.error().code);
    }
    out_.push_back(std::move(one));
  }

  Result<std::string> keep(const std::string& name, const std::string& text) {
    const auto path = fmt::format("{}/{}", kBroughtFolder, name);
    if (files_.read(path).value_or("") != text) VFIRST_CHECK(replace(files_, path, text));
    return name;
  }

  Result<std::string> fetch(const std::string& url) {
    for (;;) {
      const auto ended = seams_.run({kFetch, url}, {});
      if (!ended && ended.error().code == std::errc::no_such_file_or_directory)
        return failed(
            ENOENT, "{} is not here: dracut's module url-lib brings it into the initramfs", kFetch);
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
  std::vector<std::string> there_;
  bool more_ = false;
  std::vector<Brought> out_;
};

Result<std::vector<Source>> read_device(const std::string& device) {
  const auto mounted = VFIRST_TRY(ReadOnlyMount::open(device));
  const auto root = VFIRST_TRY(Root::open(mounted.path()));
  std::vector<Source> out;
  for (const auto& name : VFIRST_TRY(policy_names(root, "."))) {
    // it would lead out of there
    if (root.link(name)) return refuse("{}: a symbolic link, on {}", name, device);
    out.push_back({name, VFIRST_TRY(read_policy_file(root, name, name))});
  }
  return out;
}

}  // namespace

PolicySeams policy_seams(const Root& root) {
  PolicySeams seams;
  seams.run = [](const std::vector<std::string>& argv, std::string_view input) {
    return run_process(argv, input, kFetchLimit_s);
  };
  // Opened when a fetch has failed for the first time; what came between that and this costs one
  // round.
  seams.network_change =
      [events = std::shared_ptr<NetworkEvents>()](std::chrono::milliseconds limit) mutable {
        if (!events) events = std::make_shared<NetworkEvents>();
        events->wait(limit);
      };
  seams.labelled = [&root](bool everywhere) -> std::optional<std::string> {
    const auto link = fmt::format("dev/disk/by-label/{}", kLabel);
    if (root.exists(link)) return "/" + link;
    return everywhere ? find_device("LABEL", kLabel) : std::nullopt;
  };
  seams.files_on = read_device;
  return seams;
}

std::vector<Brought> bring_policy(
    const Root& root, Files& files, Events& events, const PolicySeams& seams, bool initramfs,
    Events::Time wait) {
  Gathering gathering(root, files, events, seams, wait);
  if (initramfs) gathering.from_initramfs();
  std::vector<std::string> urls;
  bool disk = false;
  const auto cmdline = root.read("proc/cmdline").value_or("");
  for (auto word : words(cmdline)) {
    if (!word.starts_with("vfirst.policy=")) continue;
    word.remove_prefix(14);
    if (word == kAskedLabel)
      disk = true;
    else if (!word.empty())
      urls.emplace_back(word);
  }
  gathering.from_disk(disk);
  for (unsigned i = 0; i < urls.size(); ++i)
    gathering.from_url(urls[i], i + 1);
  return gathering.take();
}

}  // namespace vfirst
