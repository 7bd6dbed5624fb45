// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_FAKE_CONTEXT_HPP
#define BOOST_FILELOCK_TEST_FAKE_CONTEXT_HPP

#include "../src/ownership/lock_state.hpp"
#include "fake_protocol.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/hold.hpp>
#include <boost/filelock/detail/upgrade_names.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>

// An execution context that does nothing by itself, and operations on locks without a file.

namespace filelock_test {

class fake_lock : public detail::upgrade_names
{
public:
    explicit fake_lock(std::chrono::nanoseconds poll_interval = std::chrono::hours(1),
                       boost::filelock::ownership scope = boost::filelock::ownership::thread)
        : fake_lock(new fake_protocol, poll_interval, scope)
    {}

    fake_protocol& protocol;

private:
    fake_lock(fake_protocol* made, std::chrono::nanoseconds poll_interval,
              boost::filelock::ownership scope)
        : upgrade_names(std::make_shared<detail::lock_state>(
              "fake.lock", std::unique_ptr<fake_protocol>(made), scope, poll_interval)),
          protocol(*made)
    {}
};

/// Its log has a letter for each call: w for wait_until, h for wake_soon, l for listen, d for
/// stop_listening, and g for forget_source, which releases the source.
struct fake_context final : detail::async_context
{
    std::string log;
    time_point until{};
    boost::filelock::native_handle_type source = -1; // that was last listened to
    bool can_listen = true, can_wait = true;

    bool wait_until(time_point at) noexcept override
    {
        log += 'w';
        until = at;
        return can_wait;
    }
    void wake_soon() noexcept override { log += 'h'; }
    bool listen(boost::filelock::native_handle_type from) noexcept override
    {
        log += 'l';
        source = from;
        return can_listen;
    }
    void stop_listening() noexcept override { log += 'd'; }
    void forget_source() noexcept override { log += 'g'; }
};

struct engine
{
    fake_context context;
    detail::async_engine async{context};
    fake_lock lock;

    struct operation final : detail::async_operation
    {
        operation(engine& e, fake_lock& lock, detail::lock_mode mode,
                  boost::filelock::acquire_options const* how)
            : async_operation(e.async, lock, mode, how)
        {}
        void post() override
        {
            if (fails_to_post)
                throw std::bad_alloc();
            ++posted;
        }
        void discard() noexcept override { was_discarded = true; }
        bool start() { return async_operation::start(); }
        bool run() // runs a posted step
        {
            BOOST_TEST_REQUIRE(posted == 1);
            posted = 0;
            return is_over = step(ec, held, thrown);
        }
        bool has_lock() const { return is_over && !ec && held.is_owner(); }

        int posted = 0;
        bool fails_to_post = false, is_over = false, was_discarded = false;
        boost::system::error_code ec;
        detail::hold held;
        std::exception_ptr thrown;
    };
    using operation_ptr = std::unique_ptr<operation>;

    operation_ptr start(detail::lock_mode mode = detail::lock_mode::exclusive,
                        boost::filelock::acquire_options const* how = nullptr)
    {
        auto op = std::make_unique<operation>(*this, lock, mode, how);
        BOOST_TEST_REQUIRE(op->start());
        return op;
    }
    operation_ptr waiting(boost::filelock::acquire_options const* how = nullptr)
    {
        auto op = start(detail::lock_mode::exclusive, how);
        op->run();
        BOOST_TEST_REQUIRE(!op->is_over);
        return op;
    }
};

} // namespace filelock_test

#endif
