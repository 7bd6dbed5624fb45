// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_FAILURE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_FAILURE_HPP

#include "../exit_status.hpp"

#include <stdexcept>
#include <string>

namespace filelock_tool {

/// The measurement cannot be made, or cannot go on. The text may come from another process.
class verify_failure : public std::runtime_error
{
public:
    verify_failure(exit_status status, std::string const& text)
        : std::runtime_error(text), status_(status)
    {}

    exit_status status() const noexcept { return status_; }

private:
    exit_status status_;
};

/// A signal asked the program to end.
struct verify_interrupted
{
    int signal;
};

} // namespace filelock_tool

#endif
