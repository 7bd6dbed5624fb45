// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_ASYNC_WAITER_HPP
#define BOOST_FILELOCK_TEST_ASYNC_WAITER_HPP

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <utility>

namespace filelock_test {

/// A waiter that can be cancelled, with the result of its operation.
struct waiter
{
    boost::asio::cancellation_signal signal;
    std::optional<boost::system::error_code> ec;
    boost::filelock::held_lock<boost::filelock::file_lock> held;

    void start(boost::asio::io_context& context, boost::filelock::file_lock& lock)
    {
        ec.reset();
        boost::filelock::async_acquire(
            context, lock,
            boost::asio::bind_cancellation_slot(
                signal.slot(), [this](boost::system::error_code e,
                                      boost::filelock::held_lock<boost::filelock::file_lock> h) {
                    BOOST_TEST(!ec);
                    ec = e;
                    held = std::move(h);
                }));
    }
    bool has_lock() const { return ec && !*ec && held.owns_lock(); }
    bool was_aborted() const
    {
        return ec == boost::asio::error::operation_aborted && !held.owns_lock();
    }
};

} // namespace filelock_test

#endif
