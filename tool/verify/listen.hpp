// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_LISTEN_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_LISTEN_HPP

#include "settings.hpp"
#include "team.hpp"

namespace filelock_tool {

/// Listens at the address of the settings, prints on standard error the command for the other
/// hosts, and waits until as many have joined the team as the settings say. Throws
/// `verify_failure`, `verify_interrupted` and `usage_error`.
void wait_for_hosts(verify_team& team, verify_settings const& settings);

} // namespace filelock_tool

#endif
