// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_RUN_CONTEXT_HPP
#define BOOST_FILELOCK_TEST_RUN_CONTEXT_HPP

#include "patience.hpp"

#include <boost/asio/io_context.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

// Ways to run an io_context in which asynchronous operations wait.

namespace filelock_test {

/// Runs the context until it has no more work. Fails after `patience`.
inline void run(boost::asio::io_context& context)
{
    context.restart();
    context.run_for(patience);
    BOOST_TEST_REQUIRE(context.stopped());
}

/// Runs the context until the condition is true.
template <class Condition>
void run_until(boost::asio::io_context& context, Condition reached)
{
    context.restart();
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!reached() && std::chrono::steady_clock::now() < end)
        context.run_one_for(std::chrono::milliseconds(100));
    BOOST_TEST_REQUIRE(reached());
}

/// Runs everything that is ready, until all operations wait.
inline void settle(boost::asio::io_context& context)
{
    context.restart();
    while (context.poll() != 0)
        ;
}

} // namespace filelock_test

#endif
