// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_OWNER_RECORD_HPP
#define BOOST_FILELOCK_OWNER_RECORD_HPP

#include <boost/filelock/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {

/// The kind of hold that an owner has. A `file_lock` reports `kernel_exclusive` and
/// `kernel_shared`; a `read_write_lock` these and `kernel_upgrade`; a `soft_file_lock` reports
/// `marker`, a `soft_file_lease` reports `lease`, a `strict_soft_file_lock` reports `claim`, and
/// these three report `marker`, `claim`, `lease` or `unknown` for a file that another program has
/// put at the path; a `soft_read_write_lock` reports `reader` and `writer`.
enum class owner_mode
{
    /// Not known: the marker is of a kind that this version does not know.
    unknown,

    /// The kernel's lock, exclusive.
    kernel_exclusive,

    /// The kernel's lock, shared.
    kernel_shared,

    /// The kernel's lock, shared, of a holder that may make it exclusive, or will when the readers
    /// have gone.
    kernel_upgrade,

    /// A marker file.
    marker,

    /// A claim of a `strict_soft_file_lock` or of Python's strict lock. The other lock types report
    /// it for the permanent file of such a lock, with no owner.
    claim,

    /// The marker of a `soft_file_lease`, which expires.
    lease,

    /// A reader's marker of a `soft_read_write_lock`.
    reader,

    /// A writer's marker of a `soft_read_write_lock`. The writer may still wait for readers to
    /// leave.
    writer
};

/// The known facts about a holder, as described by the kernel or a marker. An aggregate. A report
/// of one moment: the holder may be gone, and another one may have come, before the report is read.
/// A member that is not known is empty. Members that no current lock type sets are reserved for
/// future use.
struct owner_record
{
    /// The process, by the number that it has for this process; if this process does not see it, as
    /// the marker says. 0 if unknown.
    ///
    /// Set by:: All lock types.
    std::int64_t pid = 0;

    /// The machine. Empty if unknown, as the texts below.
    ///
    /// Set by:: All lock types.
    std::string hostname;

    /// Distinguishes the process from an earlier or later one with the same pid.
    ///
    /// Set by:: `soft_file_lock`, `strict_soft_file_lock` and `soft_file_lease`.
    std::string start_token;

    /// The process's command line, arguments separated by spaces, control characters replaced by
    /// spaces, shortened if it is long. That process itself determines it.
    ///
    /// Set by:: All lock types, for a live process of this host.
    std::string command;

    /// The kind of hold.
    ///
    /// Set by:: All lock types.
    owner_mode mode = owner_mode::unknown;

    /// Distinguishes a hold from others.
    ///
    /// Set by:: `strict_soft_file_lock`, `soft_file_lease` and `soft_read_write_lock`.
    std::string token;

    /// How long the hold lasts without being refreshed.
    ///
    /// Set by:: `soft_file_lease`.
    std::optional<std::chrono::nanoseconds> duration = {};

    /// The time since the marker was written, by this machine's clock. For a `soft_file_lease` or
    /// a `soft_read_write_lock`, the time since it was last refreshed.
    ///
    /// Set by:: All lock types but `file_lock` and `read_write_lock`.
    std::optional<std::chrono::nanoseconds> age = {};
};

} // namespace filelock
} // namespace boost

#endif
