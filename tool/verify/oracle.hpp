// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_ORACLE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_ORACLE_HPP

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace filelock_tool {

/// Receives a report of every hold of a lock and counts the overlaps. The time from `begin` to
/// `end` must lie within the hold: then an overlap is proved, however slow the machine is.
class verify_oracle
{
public:
    /// `longest`: a hold that lasted as long may have expired, and its overlaps do not count.
    explicit verify_oracle(std::chrono::nanoseconds longest) : longest_(longest) {}

    void begin(std::size_t holder, bool is_shared);
    void end(std::size_t holder);

    /// Ends the report of the holder's last hold, which lasted for at most `age`. The overlaps of a
    /// hold do not count before that.
    void finish(std::size_t holder, std::chrono::nanoseconds age);

    /// Returns the number of pairs of holds that overlapped and must not.
    std::size_t overlaps() const;

    /// Returns the number of holds of this mode.
    std::size_t holds(bool is_shared) const;

    /// Returns the number of processes that have held the lock.
    std::size_t holders() const { return last_.size(); }

private:
    struct hold
    {
        bool is_shared;
        bool counts = false; ///< it cannot have expired
    };

    std::chrono::nanoseconds const longest_;
    std::vector<hold> holds_;
    std::map<std::size_t, std::size_t> last_; ///< of each holder
    std::set<std::size_t> present_;
    std::vector<std::pair<std::size_t, std::size_t>> overlapping_;
};

} // namespace filelock_tool

#endif
