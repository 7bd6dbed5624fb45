// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_READER_SET_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_READER_SET_HPP

#include "protocol.hpp"
#include "reader_directory.hpp"
#include "staleness_checker.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// The readers' markers in their directory, as a writer sees them.
class reader_set
{
public:
    reader_set(filesystem::path directory, std::chrono::nanoseconds stale_threshold,
               std::chrono::nanoseconds heartbeat_interval)
        : directory_(std::move(directory)), checker_(stale_threshold), interval_(heartbeat_interval)
    {}

    reader_directory& directory() noexcept { return directory_; }
    reader_directory const& directory() const noexcept { return directory_; }

    /// Evicts stale readers, and returns `acquired` if no reader is left. The directory must be
    /// open. It is closed if it is no longer the one that readers use. `fresh` names a marker that
    /// has just been stamped, if there is one.
    attempt_result drain(storage rules, filesystem::path const& fresh);

    /// Looks at all markers to learn for how long they have been unchanged, which may matter later.
    void observe(storage rules);

    /// Returns whether it is time to look at all markers again. If so, the next period begins.
    bool is_time_for_all() noexcept;

    watch_target to_watch() const noexcept;

private:
    attempt_result evict_stale(storage rules, std::vector<std::string> const& names, bool all);
    void remove_litter(storage rules, std::vector<std::string> const& names,
                       filesystem::path const& fresh) const;

    reader_directory directory_;
    staleness_checker checker_;
    std::chrono::nanoseconds interval_;
    std::chrono::steady_clock::time_point all_judged_; // when all markers were last judged
    std::int64_t process_ = 0;                         // a reader's process; its end is waited for
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
