// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_SETTINGS_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_SETTINGS_HPP

#include "../any_lock.hpp"
#include "../commands.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace filelock_tool {

/// The arguments of `verify`.
struct verify_settings
{
    std::vector<lock_kind> kinds;    ///< those that are measured, in the order of `all_kinds`
    std::vector<lock_kind> required; ///< those that the exit status depends on
    std::chrono::nanoseconds time{}; ///< of the race of each kind
    std::size_t processes = 4;       ///< on this machine; at least one for each directory
    bool is_json = false;
    std::vector<boost::filesystem::path> directories;
    std::string listen;    ///< an address and port, or empty
    std::size_t hosts = 1; ///< that join
    std::string join;      ///< a host and port, or empty
    std::string token;
};

/// Parses the arguments. Returns false if the help was printed. Throws `usage_error`.
bool parse(arguments const& given, verify_settings& result);

} // namespace filelock_tool

#endif
