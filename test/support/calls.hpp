// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_CALLS_HPP
#define BOOST_FILELOCK_TEST_CALLS_HPP

#include <boost/filelock/error.hpp>

#include <boost/system/error_code.hpp>

#include <future>

// Calls of which a test observes the result: in another thread, or the error that they throw.

namespace filelock_test {

/// Calls `f` in another thread and returns its result.
template <class F>
auto in_thread(F&& f)
{
    return std::async(std::launch::async, f).get();
}

/// Returns the code of the lock_error that `f` throws.
template <class F>
boost::system::error_code error_of(F&& f)
{
    try {
        f();
    } catch (boost::filelock::lock_error const& e) {
        return e.code();
    }
    return {};
}

} // namespace filelock_test

#endif
