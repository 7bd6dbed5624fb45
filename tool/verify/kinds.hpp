// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_KINDS_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_KINDS_HPP

#include "dialogue.hpp"
#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace filelock_tool {

/// Measures kinds of locks, one after the other.
class verify_kinds
{
public:
    /// `time`: of each race. `partner`: the process that waits for process 0 in hand-overs.
    /// `count`: the number of kinds, for the progress.
    verify_kinds(verify_dialogue& dialogue, std::chrono::nanoseconds time, std::size_t partner,
                 std::size_t count)
        : dialogue_(dialogue), time_(time), partner_(partner), count_(count)
    {}

    kind_result measure(lock_kind kind);

private:
    class race;

    void run(race& all);
    void show(double share, std::string const& what);
    std::optional<bool> has_notices(lock_kind kind);
    std::optional<bool> has_notices(lock_kind kind, std::chrono::milliseconds interval,
                                    bool is_last);
    std::optional<std::size_t> sleeps_until_quiet();
    std::optional<std::chrono::milliseconds> longest_gap(std::size_t sleeps);

    verify_dialogue& dialogue_;
    std::chrono::nanoseconds const time_;
    std::size_t const partner_, count_;
    std::size_t measured_ = 0;
};

} // namespace filelock_tool

#endif
