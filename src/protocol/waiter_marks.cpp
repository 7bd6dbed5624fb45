// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "waiter_marks.hpp"

#include "../platform/file.hpp"

namespace boost {
namespace filelock {
namespace detail {

bool waiter_marks::open_anew() noexcept
{
    marked_.reset(); // in a forked child: the parent's
    file_facts facts;
    if (directory_.open_directory(directory_path_) || facts_of(directory_, facts) ||
        facts.is_regular) { // unknown, after an ENOENT
        directory_.close();
        return false;
    }
    identity_ = facts.identity;
    return true;
}

bool waiter_marks::set(file_identity const& file) noexcept
{
    if (is_set(file))
        return true;
    clear();
    if (open() && !try_range_lock(directory_.native(), byte_of(file), lock_mode::shared))
        marked_ = byte_of(file).first;
    rest();
    return marked_.has_value();
}

void waiter_marks::drop() noexcept
{
    if (directory_.is_open() && unlock_range(directory_.native(), {*marked_, 1}))
        directory_.close(); // which drops it as well
    marked_.reset();
    rest();
}

void waiter_marks::close() noexcept
{
    clear();
    directory_.close();
}

} // namespace detail
} // namespace filelock
} // namespace boost
