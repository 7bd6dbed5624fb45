// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_JOIN_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_JOIN_HPP

#include "settings.hpp"
#include "team.hpp"

namespace filelock_tool {

/// Connects to the other host of the settings, and hands lines on between it and the team, whose
/// members are the workers of this host, until it ends the measurement. Throws `verify_failure`,
/// `verify_interrupted` and `usage_error`.
void join(verify_team& team, verify_settings const& settings);

} // namespace filelock_tool

#endif
