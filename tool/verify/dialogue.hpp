// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_DIALOGUE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_DIALOGUE_HPP

#include "../terminal.hpp"
#include "failure.hpp"
#include "lines.hpp"
#include "race.hpp"
#include "team.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace filelock_tool {

/// The longest time without a line from any process: longer than the longest wait for a lock.
inline constexpr auto longest_silence = 4 * longest_wait;

/// The coordinator's questions to the processes, and the progress that it shows meanwhile. Throws
/// `verify_interrupted` after a signal, and `verify_failure` if a process has ended, does not
/// answer, or gives an answer that makes no sense.
class verify_dialogue
{
public:
    using clock = verify_team::clock;

    /// The first word of a line, and the others.
    struct reply
    {
        std::size_t from;
        std::string what;
        line_words words;
    };

    /// The team must outlive the object.
    explicit verify_dialogue(verify_team& team) : team_(team) {}

    verify_team const& team() const noexcept { return team_; }

    void tell(std::size_t member, std::string const& line) { team_.tell(member, line); }

    /// Returns the next line from any process.
    reply next();

    /// Returns nothing if the time has come before a line.
    std::optional<reply> next(clock::time_point until);

    /// Tells the process something and returns its answer. Throws `verify_failure` for an "error".
    reply ask(std::size_t member, std::string const& line);

    /// Asks and expects this answer.
    void request(std::size_t member, std::string const& line, char const* answer);

    [[noreturn]] void refuse(reply const& unexpected) const;

    /// Shows a progress bar, filled to this fraction, and the text.
    void show(double fraction, std::string const& text);

private:
    verify_team& team_;
    status_line progress_;
    clock::time_point next_progress_ = clock::now();
};

/// Returns the failure that the words after "error" describe.
verify_failure failure_of(line_words words);

} // namespace filelock_tool

#endif
