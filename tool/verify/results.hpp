// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_RESULTS_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_RESULTS_HPP

#include "../any_lock.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// The results of `verify`. An empty optional: not known, or it does not apply.

namespace filelock_tool {

struct kind_result
{
    lock_kind kind;
    std::optional<bool> excludes = {};
    std::size_t overlaps = 0;            ///< pairs of holds
    std::string error = {};              ///< the first one
    std::optional<bool> finishes = {};   ///< each process got the lock, in each mode
    std::chrono::milliseconds wait = {}; ///< the longest one
    std::size_t exclusive_holds = 0, shared_holds = 0;
    /// Whether a waiter that sleeps is woken by a release in another directory.
    std::optional<bool> has_notices = {};

    /// Returns whether the kind does what `--require` asks for.
    bool is_good() const { return excludes.value_or(false) && finishes.value_or(false); }
};

struct directory_result
{
    std::string host, directory;
    std::size_t host_number = 0; ///< 0: the host that listens. Two hosts may have one name.
    std::optional<bool> has_hard_links = {};
    std::optional<std::chrono::nanoseconds> step = {}; ///< of modification times
    /// The clock of the file system less that of the host, and the uncertainty in each direction.
    std::optional<std::chrono::nanoseconds> clock_offset = {}, clock_uncertainty = {};
    std::string error = {};

    /// For how long this directory shows an old state after a change in the first directory. Empty
    /// after `staleness_limit`.
    std::optional<std::chrono::milliseconds> created = {}, removed = {}, grown = {};
};

/// Returns the text for the directory: with its host, if that is another one than the first
/// directory's.
std::string label_of(directory_result const& which, directory_result const& first);

struct verify_results
{
    std::chrono::milliseconds staleness_limit{};
    std::vector<kind_result> kinds;
    std::vector<directory_result> directories;
};

/// Returns whether two of the hosts have the same name.
bool have_one_name(verify_results const& results);

/// Returns whether each of the required kinds was found good.
bool are_good(verify_results const& results, std::vector<lock_kind> const& required);

} // namespace filelock_tool

#endif
