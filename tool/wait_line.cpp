// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "wait_line.hpp"

#include "texts.hpp"

#include <chrono>

#include <unistd.h>

namespace filelock_tool {

void wait_line::attach(boost::filelock::acquire_options& how)
{
    if (!columns_of(STDERR_FILENO))
        return;
    how.progress_interval = std::chrono::seconds(1);
    how.on_wait = [this](boost::filelock::wait_status const& now) {
        line_.show("waiting " + text_of(now.waited) + " for " + printable(now.path.native()) +
                   " (" + kind_ + ")" +
                   (now.holder ? ", held by " + describe(*now.holder) : std::string()));
    };
}

} // namespace filelock_tool
