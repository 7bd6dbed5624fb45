// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "wait_line.hpp"

#include "texts.hpp"
#include "utf8.hpp"

#include <chrono>

#include <unistd.h>

namespace filelock_tool {

std::string text_of_wait(boost::filesystem::path const& path, std::string const& kind,
                         std::chrono::nanoseconds waited,
                         boost::filelock::owner_record const* holder)
{
    // The path comes last: a narrow terminal cuts it off, and the user knows it.
    return "waiting " + text_of(waited) + " for " +
           (holder ? describe(*holder) + ": " : std::string()) + printable(path.native()) + " (" +
           kind + ")";
}

void wait_line::attach(boost::filelock::acquire_options& how)
{
    if (!columns_of(STDERR_FILENO))
        return;
    how.progress_interval = std::chrono::seconds(1);
    how.on_wait = [this](boost::filelock::wait_status const& now) {
        line_.show(text_of_wait(now.path, kind_, now.waited, now.holder ? &*now.holder : nullptr));
    };
}

} // namespace filelock_tool
