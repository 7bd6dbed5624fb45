// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_BACKENDS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_BACKENDS_HPP

#include <boost/filelock/lock_options.hpp>

#include <chrono>

namespace filelock_test {

/// The system calls by which a `file_lock` may lock.
inline constexpr boost::filelock::kernel_lock backends[] = {boost::filelock::kernel_lock::flock,
                                                            boost::filelock::kernel_lock::record,
                                                            boost::filelock::kernel_lock::both};

/// Options with this backend and a poll interval of a millisecond.
inline boost::filelock::file_lock_options with_backend(boost::filelock::kernel_lock backend)
{
    boost::filelock::file_lock_options options;
    options.poll_interval = std::chrono::milliseconds(1);
    options.backend = backend;
    return options;
}

} // namespace filelock_test

#endif
