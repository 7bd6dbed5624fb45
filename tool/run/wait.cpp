// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "wait.hpp"

#include <cstdio>

namespace filelock_tool {

lock_wait::lock_wait(run_options const& options, bool blocks) : line_(name_of(options.lock.kind))
{
    how_.timeout = options.limit;
    line_.attach(how_);
    if (!blocks && !how_.on_wait)
        return;
    signals_.emplace();
    how_.cancel_check = [this] { return signals_->is_any_pending(); };
}

void lock_wait::end()
{
    line_.clear();
    if (!signals_)
        signals_.emplace();
    if (signals_->is_any_pending())
        throw interrupted();
}

// The texts are those of flock(1).
void lock_wait::report(run_options const& options, bool is_acquired) const
{
    if (!options.is_verbose)
        return;
    std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - begin_;
    if (is_acquired)
        std::printf("filelock: getting lock took %.6f seconds\n", taken.count());
    else if (options.limit && options.limit->count() == 0)
        std::fputs("filelock: failed to get lock\n", stderr);
    else
        std::fputs("filelock: timeout while waiting to get lock\n", stderr);
    std::fflush(stdout);
}

} // namespace filelock_tool
