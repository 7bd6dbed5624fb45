// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_ASYNC_OUTCOME_HPP
#define BOOST_FILELOCK_TEST_ASYNC_OUTCOME_HPP

#include "child.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/held_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <utility>

// Results of asynchronous operations, as this process and other processes see them.

namespace filelock_test {

/// The result of an operation, and the hold that its handler got.
template <class Held>
struct outcome
{
    std::optional<boost::system::error_code> ec;
    Held held;

    auto handler()
    {
        return [this](boost::system::error_code e, Held h) {
            BOOST_TEST(!ec);
            ec = e;
            held = std::move(h);
        };
    }
    bool has_lock() const { return ec && !*ec && held.owns_lock(); }
    bool failed_with(boost::system::error_code const& e) const
    {
        return ec == e && !held.owns_lock();
    }
    bool failed_with(boost::system::errc::errc_t e) const
    {
        return ec && *ec == e && !held.owns_lock();
    }
};
using exclusive_outcome = outcome<boost::filelock::held_lock<boost::filelock::file_lock>>;
using shared_outcome = outcome<boost::filelock::shared_held_lock<boost::filelock::file_lock>>;

/// Returns whether another process can acquire the lock now.
template <class Lock = boost::filelock::file_lock>
bool others_can_lock(boost::filesystem::path const& path)
{
    return child([&] {
               Lock lock(path);
               return lock.try_lock() ? 0 : 1;
           }).wait() == 0;
}

} // namespace filelock_test

#endif
