// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_WAIT_LINE_HPP
#define BOOST_FILELOCK_TOOL_WAIT_LINE_HPP

#include "terminal.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace filelock_tool {

/// Returns the text that says for what a command waits, and for whom if that is known.
std::string text_of_wait(boost::filesystem::path const& path, std::string const& kind,
                         std::chrono::nanoseconds waited,
                         boost::filelock::owner_record const* holder);

/// Tells on the terminal, while an acquisition waits, for whom and how long.
class wait_line
{
public:
    /// `kind`: the name of the lock's kind.
    explicit wait_line(std::string kind) : kind_(std::move(kind)) {}

    /// Lets the acquisition report to this line, which must outlive it. No effect where there is no
    /// terminal: a wait without callbacks costs less.
    void attach(boost::filelock::acquire_options& how);

    void clear() noexcept { line_.clear(); }

private:
    std::string kind_;
    status_line line_;
};

} // namespace filelock_tool

#endif
