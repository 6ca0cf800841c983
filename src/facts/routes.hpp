// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which interfaces this host's packets may leave by.

#include "base/ip_address.hpp"
#include "host/root.hpp"

#include <string>
#include <vector>

namespace vfirst::facts {

// On a host the kernel is asked, for every table and next hop. A capture has that answer in a file
// (kCapturedRoutes). Another tree shows procfs alone: the main table, and of a route over several
// next hops only the first.
class Routes {
 public:
  explicit Routes(const Root& root);

  // The interfaces of default routes, whatever table they are in.
  std::vector<std::string> default_interfaces() const;
  // The interfaces by which packets to this address may leave. Of each table that a rule names, and
  // of the main table, the routes with the longest prefix; of a VRF's table only where none of
  // these has one.
  std::vector<std::string> toward(const IpAddress&);
  // The interfaces that have this address of the host's own.
  std::vector<std::string> with_address(const IpAddress&);
  // procfs alone was there, and it has routes.
  bool partial() const { return partial_; }

 private:
  struct Route {
    IpAddress destination;
    unsigned prefix = 0, table = 0;
    bool local = false;
    std::string interface;
  };
  // Makes sure that the routes for this address are there.
  void look_for(const IpAddress&);
  bool ask_kernel();
  void read_captured(std::string_view text);
  void read_procfs();

  const Root& root_;
  std::vector<IpAddress> asked_;
  std::vector<Route> routes_;
  std::vector<unsigned> rule_tables_;
  bool partial_ = false;
};

}  // namespace vfirst::facts
