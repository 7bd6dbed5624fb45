// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SOFT_READ_WRITE_ROLES_HPP
#define BOOST_FILELOCK_TEST_SOFT_READ_WRITE_ROLES_HPP

#include "calls.hpp"
#include "markers.hpp"
#include "patience.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <ostream>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/unit_test.hpp>

// Readers and writers of a `soft_read_write_lock`: the operations of both, and options for them.

namespace filelock_test {

using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::lock_error;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::nanoseconds;
namespace data = boost::unit_test::data;

enum class role
{
    reader,
    writer
};

inline std::ostream& operator<<(std::ostream& out, role r)
{
    return out << (r == role::reader ? "reader" : "writer");
}

inline auto const both_roles = data::make({role::reader, role::writer});
inline auto const both_storages = data::make({storage::local, storage::network});
inline auto const everyone = both_storages * both_roles;

inline role other(role r)
{
    return r == role::reader ? role::writer : role::reader;
}

inline bool try_as(soft_read_write_lock& lock, role r)
{
    return r == role::reader ? lock.try_lock_shared() : lock.try_lock();
}

inline bool try_as(soft_read_write_lock& lock, role r, nanoseconds limit)
{
    return r == role::reader ? lock.try_lock_shared_for(limit) : lock.try_lock_for(limit);
}

inline void lock_as(soft_read_write_lock& lock, role r)
{
    r == role::reader ? lock.lock_shared() : lock.lock();
}

inline void acquire_as(soft_read_write_lock& lock, role r, acquire_options const& how,
                       error_code& ec)
{
    r == role::reader ? lock.acquire_shared(how, ec) : lock.acquire(how, ec);
}

inline void unlock_as(soft_read_write_lock& lock, role r)
{
    r == role::reader ? lock.unlock_shared() : lock.unlock();
}

/// Returns options with which no hold is lost, however busy the machine is.
inline soft_read_write_lock_options steady(storage where = storage::local)
{
    soft_read_write_lock_options options;
    options.poll_interval = 5ms;
    options.where = where;
    options.heartbeat_interval = 20ms;
    options.stale_threshold = patience;
    options.settle = 0ns;
    return options;
}

/// Returns options with which the markers of other processes soon become stale.
inline soft_read_write_lock_options hasty(storage where = storage::local,
                                          std::chrono::milliseconds threshold = 120ms)
{
    auto options = steady(where);
    options.heartbeat_interval = threshold / 8;
    options.stale_threshold = threshold;
    return options;
}

/// Returns options with which a waiter acquires the lock only if it is notified of the change.
inline soft_read_write_lock_options hourly()
{
    soft_read_write_lock_options options;
    options.poll_interval = 1h;
    options.where = storage::local;
    return options;
}

/// Runs `observe` with a threshold for which the machine is fast enough.
template <class F>
void check_in_time(F const& observe)
{
    auto const problem = with_growing_time(120ms, observe);
    BOOST_TEST(problem.empty(), problem);
}

} // namespace filelock_test

#endif
