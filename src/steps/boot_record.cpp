// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/boot_record.hpp"

#include "plan/legacy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vfirst {

namespace {

using nlohmann::json;

// A document that somebody damaged has members of any type: what is not a string counts as "".
std::string text_of(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

std::optional<ActionId> id_in(const json& step) {
  ActionId id{text_of(step, "kind"), text_of(step, "subject"), {}};
  if (id.kind.empty()) return std::nullopt;
  if (const auto index = step.find("index"); index != step.end() && index->is_number_unsigned())
    id.index = index->get<unsigned>();
  return id;
}

// 0.1.0 said of a step that was skipped what it needed, in a sentence and nowhere else.
bool blocked_by_0_1_0(const std::string& cause) {
  return cause.starts_with("needs: ");
}

BootRecord::Step step_in(const json& object) {
  BootRecord::Step step;
  step.id = id_in(object);
  step.text = text_of(object, "step");
  step.got = text_of(object, "got");
  step.error = text_of(object, "errno");
  step.said = text_of(object, "cause");
  if (text_of(object, "state") != "done") step.cause = step.said;
  step.blocked = step.id ? object.contains("blocked_by") : blocked_by_0_1_0(step.cause);
  return step;
}

}  // namespace

const BootRecord::Step* BootRecord::find(const Action& action) const {
  const auto id = id_of(action);
  const auto found = std::ranges::find_if(steps, [&](const Step& step) {
    return step.id ? *step.id == id : step.text == legacy::describe(action);
  });
  return found == steps.end() ? nullptr : &*found;
}

BootRecord read_boot_record(const Root& root, const char* file) {
  BootRecord out;
  const auto text = root.read(file);
  if (!text) return out;
  const auto document = json::parse(*text, nullptr, false);
  if (!document.is_object()) return out;
  out.exists = true;
  const auto complete = document.find("complete");
  out.complete = complete != document.end() && complete->is_boolean() && complete->get<bool>();
  out.skipped = text_of(document, "skipped");
  out.phase = text_of(document, "phase");
  if (const auto steps = document.find("steps"); steps != document.end() && steps->is_array())
    for (const auto& step : *steps)
      if (step.is_object()) out.steps.push_back(step_in(step));
  return out;
}

}  // namespace vfirst
