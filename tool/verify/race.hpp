// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_RACE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_RACE_HPP

#include "../any_lock.hpp"
#include "lines.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <memory>

// The part of a worker that locks.

namespace filelock_tool {

/// A hold of a kind with heartbeats that lasted this long may have expired: the machine may have
/// been too slow to refresh it. Storage whose calls take seconds in contention needs as much.
inline constexpr std::chrono::seconds expiry{20};

/// The longest wait for a lock. Only the storage, and not a slow machine, makes a process wait for
/// so long.
inline constexpr std::chrono::seconds longest_wait{60};

/// Returns the choice of the exclusive lock for a measurement in this directory.
lock_choice lock_for(boost::filesystem::path const& place, lock_kind kind);

/// Acquires and releases the lock for this time, in random modes, and then until the process has
/// held it in each mode once. A hold is told by these lines:
///
///     in MODE WAITED    after the acquisition; waits for an answer
///     out               waits for an answer
///     released AGE      after the release; AGE: since the acquisition began
///
/// so that the time between the first two answers lies within the hold. The last lines are
///
///     starved           if it could not acquire the lock within `longest_wait`
///     error STATUS TEXT
///     done              in each case
void race(line_stream& coordinator, lock_choice const& lock, std::chrono::milliseconds time);

/// Acquires the lock and says "held".
std::unique_ptr<any_lock> hold(line_stream& coordinator, lock_choice const& lock);

/// Acquires the lock with this pause between two attempts. Says "asleep" after each failed attempt.
/// At last says "held GAPS", with the times from each failed attempt to the next attempt, and
/// releases the lock.
void wait_asleep(line_stream& coordinator, lock_choice lock, std::chrono::milliseconds interval);

} // namespace filelock_tool

#endif
