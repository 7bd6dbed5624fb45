// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Releases and withdrawals that another process delays. Threads wait for a bounded time.
// Asynchronous owners and acquisitions that have given up leave the rest to a timer or to the
// background thread.

#include "support/child.hpp"
#include "support/fake_protocol.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/removal_right.hpp"
#include "support/temporary_directory.hpp"

#include "../src/ownership/lock_state.hpp"
#include "../src/ownership/thread_waker.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>
#include <boost/filesystem/operations.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;
namespace fd = boost::filelock::detail;
namespace fs = boost::filesystem;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_release;
using boost::filelock::held_lock;
using boost::filelock::ownership;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::system::error_code;

namespace {

/// A protocol that returns `operation_would_block` while it is blocked. It is called from several
/// threads, one at a time.
struct blocked_protocol final : fake_protocol
{
    struct shared
    {
        std::atomic<bool> is_blocked{false};
        std::atomic<int> releases{0}, releases_by_main_thread{0}, withdrawals{0};
        std::thread::id const main_thread = std::this_thread::get_id();
        std::atomic<bool> is_held{false};
        std::function<void()> during_release = [] {};
        std::function<fd::attempt_result()> attempt = [] { return fd::attempt_result::acquired; };
    };
    std::shared_ptr<shared> const world;

    explicit blocked_protocol(std::shared_ptr<shared> w) : world(std::move(w)) {}

    error_code come_to() const
    {
        return world->is_blocked ? make_error_code(errc::operation_would_block) : error_code();
    }
    fd::attempt_result attempt(fd::lock_mode, fd::attempt_context const&) override
    {
        if (auto const ec = come_to())
            return fd::attempt_result::retry_after(1ms);
        auto const a = world->attempt();
        world->is_held = a.kind == fd::attempt_result::acquired;
        return a;
    }
    error_code withdraw() noexcept override
    {
        ++world->withdrawals;
        return come_to();
    }
    error_code release() noexcept override
    {
        ++world->releases;
        if (std::this_thread::get_id() == world->main_thread)
            ++world->releases_by_main_thread;
        auto const ec = come_to();
        if (!ec) {
            world->during_release();
            world->is_held = false;
        }
        return ec;
    }
};

struct blocked_lock final : fd::exclusive_names
{
    explicit blocked_lock(std::shared_ptr<blocked_protocol::shared> const& world)
        : exclusive_names(std::make_shared<fd::lock_state>(
              "some.lock", std::make_unique<blocked_protocol>(world), ownership::thread, 50ms))
    {}
};

struct blocked
{
    std::shared_ptr<blocked_protocol::shared> const world =
        std::make_shared<blocked_protocol::shared>();
    std::optional<blocked_lock> lock{world};

    held_lock<blocked_lock> have()
    {
        asio::io_context context;
        held_lock<blocked_lock> result;
        async_acquire(context, *lock, [&](error_code ec, held_lock<blocked_lock> h) {
            BOOST_TEST(!ec);
            result = std::move(h);
        });
        context.run();
        return result;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(release_of_thread, blocked)

BOOST_AUTO_TEST_CASE(waits_until_it_can_be_done)
{
    lock->lock();
    world->is_blocked = true;
    std::thread other([&] {
        BOOST_TEST_REQUIRE(comes_true([&] { return world->releases > 2; }));
        world->is_blocked = false;
    });
    error_code ec;
    lock->release(ec);
    other.join();
    BOOST_TEST(!ec);
    BOOST_TEST(!world->is_held);
}

BOOST_AUTO_TEST_CASE(ends_with_timed_out_and_goes_on_in_the_background)
{
    lock->lock();
    world->is_blocked = true;
    error_code ec;
    lock->release(ec);
    BOOST_TEST(ec == errc::timed_out);
    BOOST_TEST(world->is_held);
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_CASE(is_tried_by_the_destructor)
{
    lock->lock();
    world->is_blocked = true;
    lock.reset(); // takes 100 ms
    BOOST_TEST(world->releases > 2);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_FIXTURE_TEST_SUITE(release_of_asynchronous_owner, blocked)

BOOST_AUTO_TEST_CASE(does_not_wait)
{
    auto h = have();
    world->is_blocked = true;
    h = {};
    BOOST_TEST(world->releases_by_main_thread == 1);
    BOOST_TEST(world->is_held);
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_CASE(is_reported_as_going_on_in_the_background)
{
    auto h = have();
    world->is_blocked = true;
    error_code ec;
    h.unlock(ec);
    BOOST_TEST(ec == errc::timed_out);
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_CASE(wakes_the_next_in_the_queue)
{
    auto h = have();
    world->is_blocked = true;
    h.unlock();
    std::thread next([&] { lock->lock(); });
    world->is_blocked = false;
    next.join();
    BOOST_TEST(world->is_held);
}

BOOST_AUTO_TEST_CASE(leaves_the_lock_busy_meanwhile)
{
    auto h = have();
    world->is_blocked = true;
    h.unlock();
    BOOST_TEST(!lock->try_lock());
    BOOST_TEST(!lock->try_lock_for(5ms));
    world->is_blocked = false;
    BOOST_TEST(lock->try_lock_for(patience));
    lock->unlock();
}

BOOST_AUTO_TEST_CASE(is_waited_for_by_a_sole_attempt_while_it_is_under_way)
{
    std::atomic<bool> has_begun{false}, may_end{false};
    world->during_release = [&] {
        has_begun = true;
        (void)comes_true([&] { return may_end.load(); });
    };
    auto h = have();
    world->is_blocked = true;
    h.unlock();
    world->is_blocked = false;
    BOOST_TEST_REQUIRE(comes_true([&] { return has_begun.load(); }));
    acquire_options at_once;
    at_once.timeout = 0s;
    at_once.cancel_check = [&] { return !(may_end = true); };
    error_code ec;
    lock->acquire(at_once, ec);
    BOOST_TEST(!ec);
    may_end = true;
    lock.reset(); // its release refers to this scope
}

BOOST_AUTO_TEST_CASE(is_waited_for_by_async_release_on_its_executor)
{
    asio::io_context context;
    auto h = have();
    world->is_blocked = true;
    std::optional<error_code> told;
    async_release(context, std::move(h), [&](error_code ec) { told = ec; });
    auto const before = world->releases.load();
    while (world->releases < before + 3) { // called by this thread alone
        BOOST_TEST_REQUIRE(!told);
        context.run_one_for(patience);
    }
    BOOST_TEST(world->releases_by_main_thread == world->releases);
    world->is_blocked = false;
    context.run_for(patience);
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST(!*told);
    BOOST_TEST(!world->is_held);
}

BOOST_AUTO_TEST_CASE(ends_async_release_after_a_second_and_goes_on_in_the_background)
{
    asio::io_context context;
    auto h = have();
    world->is_blocked = true;
    std::optional<error_code> told;
    async_release(context, std::move(h), [&](error_code ec) { told = ec; });
    context.run_for(patience);
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST((*told == errc::timed_out));
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_CASE(goes_on_in_the_background_when_the_context_ends)
{
    {
        asio::io_context context;
        auto h = have();
        world->is_blocked = true;
        async_release(context, std::move(h), [](error_code) { BOOST_ERROR("called"); });
    }
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_CASE(ends_with_the_lock_object)
{
    auto h = have();
    world->is_blocked = true;
    h.unlock();
    lock.reset();
    auto const tried = world->releases.load();
    world->is_blocked = false;
    BOOST_TEST(world->releases == tried); // no thread calls the protocol any more
}

BOOST_AUTO_TEST_CASE(is_not_inherited_by_a_forked_child)
{
    auto h = have();
    world->is_blocked = true;
    h.unlock();
    child c([&] {
        world->is_blocked = false;
        bool const had = lock->try_lock();
        lock.reset();
        return had ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
    world->is_blocked = false;
    BOOST_TEST(comes_true([&] { return !world->is_held; }));
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_FIXTURE_TEST_SUITE(withdrawal, blocked)

BOOST_AUTO_TEST_CASE(of_timed_acquisition_goes_on_in_the_background)
{
    world->attempt = [] { return fd::attempt_result::busy; };
    world->is_blocked = true;
    BOOST_TEST(!lock->try_lock());
    BOOST_TEST(comes_true([&] { return world->withdrawals > 2; }));
    world->is_blocked = false;
    auto const done = world->withdrawals.load();
    BOOST_TEST(comes_true([&] { return world->withdrawals > done; }));
}

BOOST_AUTO_TEST_CASE(of_asynchronous_acquisition_goes_on_in_the_background)
{
    world->attempt = [] { return fd::attempt_result::busy; };
    world->is_blocked = true;
    asio::io_context context;
    acquire_options how;
    how.timeout = 0s;
    async_acquire(context, *lock, how, [](error_code ec, held_lock<blocked_lock>) {
        BOOST_TEST(ec == errc::timed_out);
    });
    context.run();
    BOOST_TEST(comes_true([&] { return world->withdrawals > 2; }));
    world->is_blocked = false;
}

BOOST_AUTO_TEST_CASE(is_over_when_a_new_attempt_begins)
{
    fake_protocol protocol;
    fd::owner_queue queue;
    fd::release_retry retry(queue, protocol);
    protocol.withdraw_errors = {make_error_code(errc::operation_would_block)};
    protocol.otherwise = fd::attempt_result::busy;
    fd::thread_waker call;
    auto const me = fd::owner::calling(ownership::thread);
    auto const wanted = [&](fd::deadline const& until) {
        return fd::acquisition::request{fd::lock_mode::exclusive, me, until, 50ms};
    };
    {
        fd::acquisition first(queue, protocol, wanted(fd::deadline::at_once()), call);
        BOOST_TEST((first.step().kind == fd::acquisition::next::timed_out));
    }
    BOOST_TEST(queue.is_unfinished());
    fd::acquisition second(queue, protocol, wanted(fd::deadline::never()), call);
    (void)second.step();
    BOOST_TEST(!queue.is_unfinished());
    protocol.log.clear();
    BOOST_TEST(!retry.try_again());
    BOOST_TEST(protocol.log == "");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// The instance is the owner of the levels. With the thread as owner, a thread that reads through
// another object would make no claim.
soft_read_write_lock_options hourly_on_network()
{
    soft_read_write_lock_options options;
    options.scope = ownership::instance;
    options.where = storage::network;
    options.heartbeat_interval = 1h;
    options.settle = 0s;
    options.poll_interval = 5ms;
    return options;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(markers_that_others_are_about_to_remove, temporary_directory)

BOOST_AUTO_TEST_CASE(are_removed_after_async_release)
{
    asio::io_context context;
    soft_file_lock lock(path);
    std::optional<error_code> told;
    std::optional<removal_right> right;
    async_acquire(context, lock, [&](error_code ec, held_lock<soft_file_lock> h) {
        BOOST_TEST(!ec);
        right.emplace(path);
        BOOST_TEST(right->is_taken());
        async_release(context, std::move(h), [&](error_code e) { told = e; });
        right.reset();
    });
    context.run_for(patience);
    BOOST_TEST_REQUIRE(told.has_value());
    BOOST_TEST((!*told || *told == errc::timed_out)); // timed out where this machine was stalled
    soft_file_lock other(path);
    BOOST_TEST(other.try_lock_for(patience));
}

BOOST_AUTO_TEST_CASE(are_removed_after_destruction_of_held_lock)
{
    asio::io_context context;
    soft_file_lock lock(path);
    std::optional<removal_right> right;
    async_acquire(context, lock, [&](error_code ec, held_lock<soft_file_lock>) {
        BOOST_TEST(!ec);
        right.emplace(path);
        BOOST_TEST(right->is_taken());
    });
    context.run_for(patience);
    right.reset();
    BOOST_TEST(comes_true([&] { return !fs::exists(path) || text_of(path).empty(); }));
    soft_file_lock other(path);
    BOOST_TEST(other.try_lock_for(patience));
}

BOOST_AUTO_TEST_CASE(are_left_without_an_owner_by_the_next_acquisition)
{
    asio::io_context context;
    boost::filelock::soft_file_lock_options options;
    options.malformed_grace = 1ms;
    soft_file_lock lock(path, options);
    held_lock<soft_file_lock> held;
    async_acquire(context, lock, [&](error_code ec, held_lock<soft_file_lock> h) {
        BOOST_TEST(!ec);
        held = std::move(h);
    });
    context.run_for(patience);
    std::optional<removal_right> right(std::in_place, path);
    BOOST_TEST(right->is_taken());
    held.unlock();
    std::thread other([&] {
        BOOST_TEST(comes_true([&] { return text_of(path).empty(); }));
        right.reset();
    });
    error_code ec;
    lock.acquire({}, ec);
    other.join();
    BOOST_TEST(!ec, ec.message());
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE(writer_that_gives_up_while_state_is_busy)

struct draining : temporary_directory
{
    fs::path const write = path.string() + ".write";
    soft_read_write_lock reader{path, hourly_on_network()};
    std::optional<soft_read_write_lock> writer{std::in_place, path, hourly_on_network()};
    soft_file_lock state{path.string() + ".state"};

    draining()
    {
        reader.lock_shared();
        acquire_options how;
        how.cancel_check = [&] { return fs::exists(write) && state.try_lock(); };
        error_code ec;
        BOOST_TEST_REQUIRE(!writer->acquire(how, ec));
        BOOST_TEST_REQUIRE(ec == errc::operation_canceled);
        BOOST_TEST_REQUIRE(fs::exists(write));
    }
};

BOOST_FIXTURE_TEST_CASE(removes_its_marker_as_soon_as_state_is_free, draining)
{
    state.unlock();
    BOOST_TEST(comes_true([&] { return !fs::exists(write); }));
    error_code ec;
    BOOST_TEST(reader.still_held(ec));
}

BOOST_FIXTURE_TEST_CASE(can_be_used_again_meanwhile, draining)
{
    BOOST_TEST(!writer->try_lock());
    BOOST_TEST(!writer->try_lock_shared());
    reader.unlock_shared();
    state.unlock();
    BOOST_TEST(writer->try_lock_for(patience));
    writer->unlock();
    BOOST_TEST(!fs::exists(write));
}

BOOST_FIXTURE_TEST_CASE(leaves_its_marker_to_expire_when_it_is_destroyed, draining)
{
    writer.reset();
    BOOST_TEST(fs::exists(write));
    state.unlock();
    BOOST_TEST(fs::exists(write));
}

BOOST_AUTO_TEST_SUITE_END()
