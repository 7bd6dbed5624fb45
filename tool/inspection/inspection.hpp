// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_INSPECTION_HPP
#define BOOST_FILELOCK_TOOL_INSPECTION_HPP

#include "../any_lock.hpp"

#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the disk and the kernel say about locks, without taking one and without waking a waiter: an
// empty file may be a lock file whose waiters an open and close would wake, so it is never opened.

namespace filelock_tool {

enum class lock_state
{
    missing,    ///< the path names nothing that belongs to a lock
    free,       ///< the files of a lock are there, and it is not held
    held,       ///< the holder may be gone: see `lock_holder::alive`
    claimed,    ///< a strict lock: not held yet, but a contender's claim keeps others out
    unfinished, ///< a marker without a complete record: it is being written, or its writer died
    damaged,    ///< a file among those of the lock is none of them, and nothing is acquired
    unreadable, ///< this process may not read what may be a marker
    other       ///< something that is no lock
};

enum class liveness
{
    alive,
    gone, ///< proved
    unknown
};

/// A holder of a lock, or a process that has announced that it will hold it.
struct lock_holder
{
    boost::filelock::owner_record owner = {}; ///< `age` is not set
    liveness alive = liveness::unknown;
    /// A writer that waits for readers to leave, or a contender with only an intent.
    bool is_waiting = false;
    std::optional<std::chrono::nanoseconds> age = {};           ///< since it was acquired
    std::optional<std::chrono::nanoseconds> heartbeat_age = {}; ///< since its last refresh
    std::optional<std::chrono::nanoseconds> expires_in = {};    ///< negative: since then
};

struct lock_report
{
    boost::filesystem::path path;
    /// Empty where the file does not show it, as an empty file that is not locked.
    std::optional<lock_kind> kind = {};
    lock_state state = lock_state::missing;
    std::vector<lock_holder> holders = {};
    std::optional<std::uint64_t> fence = {};                ///< the greatest number in PATH.fence
    std::vector<boost::filelock::strict_claim> claims = {}; ///< of a strict lock
    std::string note = {};                                  ///< explains the state to people
};

/// Returns whether an acquisition would have to wait now, or fail: anything but `missing` and
/// `free`.
bool keeps_others_out(lock_state state) noexcept;

/// Returns the report on the lock at the path. `wanted`: looks for a lock of this kind only, and
/// reports `other` where the path has a lock of another kind. Otherwise the report is on the kind
/// that is held, if there are files of more than one kind.
lock_report inspect(boost::filesystem::path const& path,
                    std::optional<lock_kind> wanted = std::nullopt);

/// Returns the reports on the locks of all kinds at the path, at least one.
std::vector<lock_report> inspect_all(boost::filesystem::path const& path);

/// Something in a tree that could not be inspected.
struct inspection_error
{
    boost::filesystem::path path;
    boost::system::error_code code;
};

/// Returns the reports on everything below a directory that is recognisably a lock, sorted by path,
/// and on the directory itself if it is locked. Follows no links. Adds to `errors` what could not
/// be read, and goes on.
std::vector<lock_report> inspect_tree(boost::filesystem::path const& directory,
                                      std::vector<inspection_error>& errors);

/// Returns the name of the state, as reports use it.
char const* name_of(lock_state state) noexcept;
char const* name_of(liveness alive) noexcept;

} // namespace filelock_tool

#endif
