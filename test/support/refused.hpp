// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_REFUSED_HPP
#define BOOST_FILELOCK_TEST_PROCESS_REFUSED_HPP

#include "succession.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>

// Markers that cannot be made or cannot be removed.

namespace filelock_test {

inline boost::filelock::soft_file_lock_options with_limit()
{
    boost::filelock::soft_file_lock_options options;
    options.poll_interval = std::chrono::milliseconds(1);
    return options;
}

/// Returns the error of an acquisition: `timed_out` if another owner holds the lock.
inline boost::system::error_code
error_of(boost::filelock::soft_file_lock& lock,
         std::chrono::milliseconds limit = std::chrono::milliseconds(0))
{
    boost::system::error_code ec;
    boost::filelock::acquire_options how;
    how.timeout = limit;
    lock.acquire(how, ec);
    return ec;
}

inline boost::system::error_code error_of(boost::filesystem::path const& path)
{
    boost::filelock::soft_file_lock lock(path, with_limit());
    return error_of(lock);
}

/// A directory that every user may read.
struct open_to_all : succession
{
    open_to_all() { boost::filesystem::permissions(directory, boost::filesystem::perms(0755)); }

    void put_dead(boost::filesystem::path const& at) const { write_text(at, dead.record()); }
    void put_dead() const { put_dead(path); }
};

} // namespace filelock_test

#endif
