// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Every kind of completion token and executor.

#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_release;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::filelock::shared_held_lock;
using boost::system::error_code;

namespace {

/// An executor that counts the functions submitted to it, and knows whether it is running now.
class recording_executor
{
public:
    explicit recording_executor(asio::io_context& context)
        : context_(&context),
          base_(asio::require(context.get_executor(), asio::execution::blocking.never))
    {}

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }
    static constexpr auto query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking_t(asio::execution::blocking.never);
    }
    recording_executor require(asio::execution::blocking_t::never_t) const { return *this; }

    template <class Function>
    void execute(Function f) const
    {
        ++*submitted;
        base_.execute([f = std::move(f), depth = running]() mutable {
            ++*depth;
            struct leave
            {
                int& depth;
                ~leave() { --depth; }
            } const at_end{*depth};
            f();
        });
    }

    bool is_running() const { return *running != 0; }

    std::shared_ptr<int> const submitted = std::make_shared<int>(0);
    std::shared_ptr<int> const running = std::make_shared<int>(0);

    [[maybe_unused]] friend bool operator==(recording_executor const& a,
                                            recording_executor const& b) noexcept
    {
        return a.running == b.running;
    }
    [[maybe_unused]] friend bool operator!=(recording_executor const& a,
                                            recording_executor const& b) noexcept
    {
        return a.running != b.running;
    }

private:
    asio::io_context* context_;
    decltype(asio::require(std::declval<asio::io_context::executor_type>(),
                           asio::execution::blocking.never)) base_;
};

/// Counts the allocations that are outstanding.
template <class T>
struct counting_allocator
{
    using value_type = T;
    explicit counting_allocator(std::shared_ptr<int> n) : outstanding(std::move(n)) {}
    template <class U>
    counting_allocator(counting_allocator<U> const& other) : outstanding(other.outstanding)
    {}
    T* allocate(std::size_t n)
    {
        ++*outstanding;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n)
    {
        --*outstanding;
        std::allocator<T>().deallocate(p, n);
    }
    template <class U>
    bool operator==(counting_allocator<U> const& other) const
    {
        return outstanding == other.outstanding;
    }
    template <class U>
    bool operator!=(counting_allocator<U> const& other) const
    {
        return outstanding != other.outstanding;
    }
    std::shared_ptr<int> outstanding;
};

boost::test_tools::assertion_result can_throw_on_fibres(boost::unit_test::test_unit_id)
{
#if defined(__SANITIZE_ADDRESS__)
    boost::test_tools::assertion_result result(false);
    result.message() << "AddressSanitizer does not know the stacks of Boost.Context";
    return result;
#else
    return true;
#endif
}

/// A custom token: the result is stored at `place`, and the call returns a number.
struct into
{
    std::optional<std::pair<error_code, held_lock<file_lock>>>* place;
};

} // namespace

namespace boost {
namespace asio {

template <>
class async_result<into, void(error_code, held_lock<file_lock>)>
{
public:
    using return_type = int;

    template <class Initiation, class... Args>
    static int initiate(Initiation&& initiation, into token, Args&&... args)
    {
        std::forward<Initiation>(initiation)(
            [place = token.place](error_code ec, held_lock<file_lock> h) {
                place->emplace(ec, std::move(h));
            },
            std::forward<Args>(args)...);
        return 42;
    }
};

} // namespace asio
} // namespace boost

BOOST_FIXTURE_TEST_SUITE(async_tokens_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(callback_that_can_only_be_moved)
{
    asio::io_context context;
    file_lock lock(path);
    bool called = false;
    async_acquire(context, lock,
                  [&, only = std::make_unique<int>(1)](error_code ec, held_lock<file_lock> h) {
                      BOOST_TEST(*only == 1);
                      BOOST_TEST(!ec);
                      BOOST_TEST(h.owns_lock());
                      called = true;
                  });
    context.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(use_future)
{
    file_lock lock(path), other(path);
    auto h = async_acquire(lock, asio::use_future).get();
    BOOST_TEST(h.owns_lock());
    acquire_options how;
    how.timeout = 1ms;
    auto failing = async_acquire(other, how, asio::use_future);
    BOOST_CHECK_EXCEPTION((void)failing.get(), boost::system::system_error,
                          [](auto const& e) { return e.code() == errc::timed_out; });
}

BOOST_AUTO_TEST_CASE(deferred)
{
    asio::io_context context;
    file_lock lock(path);
    std::optional<held_lock<file_lock>> got;
    auto later = async_acquire(context, lock, asio::deferred);
    context.run();
    BOOST_TEST(lock.try_lock()); // nothing has started
    lock.unlock();
    std::move(later)([&](error_code ec, held_lock<file_lock> h) {
        BOOST_TEST(!ec);
        got = std::move(h);
    });
    context.restart();
    context.run();
    BOOST_TEST((got && got->owns_lock()));
}

BOOST_AUTO_TEST_CASE(deferred_chain)
{
    asio::io_context context;
    file_lock lock(path);
    std::optional<error_code> released;
    auto both =
        async_acquire(context, lock, asio::deferred([&](error_code, held_lock<file_lock> h) {
                          BOOST_TEST(h.owns_lock());
                          return async_release(context, std::move(h), asio::deferred);
                      }));
    std::move(both)([&](error_code ec) { released = ec; });
    context.run();
    BOOST_TEST((released && !*released));
}

BOOST_AUTO_TEST_CASE(as_tuple)
{
    asio::io_context context;
    file_lock lock(path);
    std::optional<std::tuple<error_code, held_lock<file_lock>>> got;
    async_acquire(context, lock, asio::as_tuple([&](auto t) { got = std::move(t); }));
    context.run();
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(!std::get<0>(*got));
    BOOST_TEST(std::get<1>(*got).owns_lock());
}

BOOST_AUTO_TEST_CASE(redirect_error)
{
    file_lock lock(path), other(path);
    error_code ec = make_error_code(errc::io_error);
    auto h = async_acquire(lock, asio::redirect_error(asio::use_future, ec)).get();
    BOOST_TEST(!ec);
    BOOST_TEST(h.owns_lock());
    acquire_options how;
    how.timeout = 1ms;
    auto const none = async_acquire(other, how, asio::redirect_error(asio::use_future, ec)).get();
    BOOST_TEST((ec == errc::timed_out));
    BOOST_TEST(!none.owns_lock());
}

BOOST_AUTO_TEST_CASE(custom_token)
{
    asio::io_context context;
    file_lock lock(path);
    std::optional<std::pair<error_code, held_lock<file_lock>>> place;
    int const returned = async_acquire(context, lock, into{&place});
    BOOST_TEST(returned == 42);
    BOOST_TEST(!place);
    context.run();
    BOOST_TEST_REQUIRE(place.has_value());
    BOOST_TEST(!place->first);
    BOOST_TEST(place->second.owns_lock());
}

BOOST_AUTO_TEST_CASE(spawn_with_a_yield_context,
                     *boost::unit_test::precondition(can_throw_on_fibres))
{
    asio::io_context context;
    file_lock lock(path), other(path);
    bool ended = false;
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            auto h = async_acquire(lock, yield);
            BOOST_TEST(h.owns_lock());
            acquire_options how;
            how.timeout = 1ms;
            error_code ec;
            auto const none = async_acquire(other, how, yield[ec]);
            BOOST_TEST((ec == errc::timed_out));
            BOOST_TEST(!none.owns_lock());
            BOOST_CHECK_THROW((void)async_acquire(other, how, yield), boost::system::system_error);
            async_release(std::move(h), yield);
            auto const readers = {async_acquire_shared(lock, yield).owns_lock(),
                                  async_acquire_shared(other, how, yield).owns_lock()};
            for (bool const owns : readers)
                BOOST_TEST(owns);
            ended = true;
        },
        [](std::exception_ptr e) { BOOST_TEST(!e); });
    context.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE(executors)

BOOST_AUTO_TEST_CASE(callbacks_and_handler_run_on_the_executor_of_the_handler)
{
    asio::io_context context, elsewhere;
    recording_executor const ex(context);
    boost::filelock::file_lock_options options;
    options.on_acquired = [&](auto) { BOOST_TEST(ex.is_running()); };
    file_lock lock(path, options), other(path);
    other.lock();
    acquire_options how;
    int told = 0;
    how.poll_interval = 1ms;
    how.cancel_check = [&] {
        BOOST_TEST(ex.is_running());
        if (++told == 3)
            other.unlock();
        return false;
    };
    how.on_wait = [&](auto const&) { BOOST_TEST(ex.is_running()); };
    bool called = false;
    // The handler's executor is used, not the first argument.
    async_acquire(elsewhere, lock, how,
                  asio::bind_executor(ex, [&](error_code ec, held_lock<file_lock> h) {
                      BOOST_TEST(!ec);
                      BOOST_TEST(h.owns_lock());
                      BOOST_TEST(ex.is_running());
                      called = true;
                  }));
    BOOST_TEST(told == 0); // never from within the call
    BOOST_TEST(elsewhere.run() == 0u);
    context.run();
    BOOST_TEST(called);
    BOOST_TEST(*ex.submitted >= 2);
}

BOOST_AUTO_TEST_CASE(error_is_delivered_on_the_executor_of_the_handler)
{
    asio::io_context context;
    recording_executor const ex(context);
    boost::filesystem::create_directory(path);
    file_lock lock(path);
    bool called = false;
    async_acquire(lock, asio::bind_executor(ex, [&](error_code ec, held_lock<file_lock>) {
                      BOOST_TEST((ec == errc::is_a_directory));
                      BOOST_TEST(ex.is_running());
                      called = true;
                  }));
    BOOST_TEST(!called);
    context.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(handler_without_an_executor_runs_on_the_first_argument)
{
    asio::io_context context;
    recording_executor const ex(context);
    file_lock lock(path);
    acquire_options how;
    how.timeout = patience;
    int called = 0;
    auto const handler = [&](error_code ec, auto h) {
        BOOST_TEST(!ec);
        BOOST_TEST(h.owns_lock());
        BOOST_TEST(ex.is_running());
        ++called;
    };
    async_acquire(ex, lock, handler);
    async_acquire(ex, lock, how, handler);
    async_acquire_shared(ex, lock, handler);
    async_acquire_shared(ex, lock, how, handler);
    async_acquire(asio::any_io_executor(ex), lock, handler);
    async_acquire(asio::make_strand(ex), lock, handler);
    context.run();
    BOOST_TEST(called == 6);
}

BOOST_AUTO_TEST_CASE(first_argument_may_be_a_context)
{
    file_lock lock(path);
    acquire_options how;
    how.timeout = patience;
    std::atomic<int> called{0};
    auto const handler = [&](error_code ec, auto h) {
        if (!ec && h.owns_lock())
            ++called;
    };
    asio::io_context context;
    async_acquire(context, lock, handler);
    async_acquire(context, lock, how, handler);
    async_acquire_shared(context, lock, handler);
    async_acquire_shared(context, lock, how, handler);
    context.run();
    asio::thread_pool pool(2);
    async_acquire(pool, lock, handler);
    async_acquire_shared(pool, lock, how, handler);
    pool.join();
    BOOST_TEST(called == 6);
}

BOOST_AUTO_TEST_CASE(call_without_an_executor_uses_a_thread_of_asio)
{
    file_lock lock(path), other(path);
    other.lock();
    std::promise<std::thread::id> where;
    async_acquire(lock, [&](error_code, held_lock<file_lock> h) {
        BOOST_TEST(h.owns_lock());
        where.set_value(std::this_thread::get_id());
    });
    other.unlock();
    BOOST_TEST((where.get_future().get() != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(handlers_of_a_strand_do_not_overlap)
{
    asio::thread_pool pool(4);
    auto const strand = asio::make_strand(pool);
    file_lock lock(path);
    int inside = 0, called = 0; // not atomic: the strand protects them
    for (int i = 0; i < 200; ++i)
        async_acquire_shared(
            lock, asio::bind_executor(strand, [&](error_code, shared_held_lock<file_lock>) {
                BOOST_TEST(++inside == 1);
                ++called;
                --inside;
            }));
    pool.join();
    BOOST_TEST(called == 200);
}

BOOST_AUTO_TEST_CASE(strand_of_a_context_is_accepted)
{
    asio::io_context context;
    asio::io_context::strand strand(context);
    file_lock lock(path);
    bool called = false;
    async_acquire(lock, asio::bind_executor(strand, [&](error_code, held_lock<file_lock> h) {
                      called = h.owns_lock() && strand.running_in_this_thread();
                  }));
    context.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(exception_of_a_handler_leaves_run)
{
    asio::io_context context;
    file_lock lock(path);
    async_acquire(context, lock, [](error_code, held_lock<file_lock>) { throw 1; });
    bool called = false;
    async_acquire(context, lock,
                  [&](error_code, held_lock<file_lock> h) { called = h.owns_lock(); });
    BOOST_CHECK_THROW(context.run(), int);
    context.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(
    the_allocator_of_the_handler_is_used_and_its_memory_freed_before_the_handler_runs)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    auto const outstanding = std::make_shared<int>(0);
    bool called = false;
    async_acquire(context, lock,
                  asio::bind_allocator(counting_allocator<char>(outstanding),
                                       [&](error_code, held_lock<file_lock>) {
                                           BOOST_TEST(*outstanding == 0);
                                           called = true;
                                       }));
    BOOST_TEST(*outstanding >= 1);
    context.poll();
    BOOST_TEST(*outstanding == 1); // one allocation while it waits
    other.unlock();
    context.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_SUITE_END()
