// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The upgrade family of names, called by every lock type of Boost that uses it, on a lock without a
// file and on one with a file.

// Enables all conversions between Boost.Thread's lock types.
#define BOOST_THREAD_PROVIDES_SHARED_MUTEX_UPWARDS_CONVERSIONS
#define BOOST_THREAD_PROVIDES_EXPLICIT_LOCK_CONVERSION

#include "../src/ownership/lock_state.hpp"
#include "support/calls.hpp"
#include "support/fake_protocol.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/detail/upgrade_names.hpp>
#include <boost/filelock/error.hpp>

#include <boost/chrono/system_clocks.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/interprocess/sync/sharable_lock.hpp>
#include <boost/interprocess/sync/upgradable_lock.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_types.hpp>
#include <boost/thread/lockable_concepts.hpp>

#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <tuple>
#include <type_traits>

#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
namespace bc = boost::chrono;
namespace pt = boost::posix_time;
namespace ipc = boost::interprocess;
namespace errc = boost::system::errc;
using boost::filelock::read_write_lock;
using filelock_test::error_of;
using filelock_test::fake_protocol;
using filelock_test::in_thread;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

class fake_lock : public fd::upgrade_names
{
public:
    fake_lock() : fake_lock(new fake_protocol) {}

    fake_protocol& protocol;

    char held() const { return fake_protocol::letter(protocol.held); }

private:
    explicit fake_lock(fake_protocol* made)
        : upgrade_names(std::make_shared<fd::lock_state>(
              "fake.lock", std::unique_ptr<fake_protocol>(made), boost::filelock::ownership::thread,
              milliseconds(1))),
          protocol(*made)
    {}
};

template <class Lock>
struct one_lock;

template <>
struct one_lock<fake_lock>
{
    fake_lock lock;

    char held() const { return lock.held(); }
};

template <>
struct one_lock<read_write_lock> : filelock_test::temporary_directory
{
    read_write_lock lock{path};

    /// Returns the mode that the lock holds, deduced from what is left to others.
    char held() const
    {
        return in_thread([this] {
            read_write_lock other(path);
            if (other.try_lock())
                return '-';
            if (other.try_lock_upgrade())
                return 's';
            return other.try_lock_shared() ? 'u' : 'x';
        });
    }
};

using upgrade_kinds = std::tuple<fake_lock, read_write_lock>;

/// Calls `f` with every type of duration: a short one for a lock that is held, and a long one for a
/// lock that is free.
template <class F>
void with_durations(F&& f)
{
    f(milliseconds(2), seconds(60));
    f(std::chrono::duration<float>(.002f), hours::max());
    f(bc::milliseconds(2), bc::seconds(60));
    f(hours::min(), bc::hours::max());
    f(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()), seconds(60));
}
template <class F>
void with_time_points(F&& f)
{
    f(steady_clock::now() + milliseconds(2), steady_clock::time_point::max());
    f(system_clock::now() + milliseconds(2), system_clock::time_point::max());
    f(bc::steady_clock::now(), bc::steady_clock::now() + bc::seconds(60));
    f(bc::system_clock::time_point::min(), bc::system_clock::time_point::max());
    f(pt::microsec_clock::universal_time() + pt::milliseconds(2), pt::ptime(pt::pos_infin));
}
template <class F>
void with_limits(F&& f)
{
    with_durations(f);
    with_time_points(f);
    f(pt::milliseconds(2), pt::time_duration(pt::pos_infin));
}

// Makes a callable that calls a lock, to test lvalues and temporaries.
#define CALL(...)                                                                                  \
    [](auto&& it) -> decltype(static_cast<decltype(it)>(it).__VA_ARGS__) {                         \
        return static_cast<decltype(it)>(it).__VA_ARGS__;                                          \
    }
template <class... Calls>
constexpr bool all_want_an_lvalue(Calls...)
{
    return (std::is_invocable_v<Calls, fake_lock&> && ...) &&
           (!std::is_invocable_v<Calls, fake_lock> && ...);
}

} // namespace

BOOST_AUTO_TEST_SUITE(upgrade_names)

BOOST_AUTO_TEST_CASE_TEMPLATE(models_the_concepts, Lock, upgrade_kinds)
{
    one_lock<Lock> const subject;
    BOOST_CONCEPT_ASSERT((boost::Lockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::TimedLockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::SharedLockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::UpgradeLockable<Lock>));
    BOOST_TEST(subject.held() == '-');
}

BOOST_AUTO_TEST_CASE(a_temporary_cannot_be_locked)
{
    bool const all = all_want_an_lvalue(
        CALL(lock()), CALL(try_lock()), CALL(try_lock_for(seconds())),
        CALL(try_lock_until(steady_clock::time_point())), CALL(timed_lock(seconds())),
        CALL(acquire()), CALL(lock_shared()), CALL(try_lock_shared()),
        CALL(try_lock_shared_for(seconds())),
        CALL(try_lock_shared_until(steady_clock::time_point())), CALL(timed_lock_shared(seconds())),
        CALL(acquire_shared()), CALL(lock_sharable()), CALL(try_lock_sharable()),
        CALL(timed_lock_sharable(seconds())), CALL(lock_upgrade()), CALL(try_lock_upgrade()),
        CALL(try_lock_upgrade_for(seconds())),
        CALL(try_lock_upgrade_until(steady_clock::time_point())),
        CALL(timed_lock_upgrade(seconds())), CALL(acquire_upgrade()), CALL(lock_upgradable()),
        CALL(try_lock_upgradable()), CALL(timed_lock_upgradable(seconds())));
    BOOST_TEST(all);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_upgrade_lock_by_all_names, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    auto const held = [&] { return subject.held(); };
    lock.lock_upgrade();
    BOOST_TEST(held() == 'u');
    BOOST_TEST(lock.try_lock_upgrade());
    lock.lock_upgradable();
    BOOST_TEST(lock.try_lock_upgradable());
    lock.acquire_upgrade();
    boost::system::error_code ec;
    BOOST_TEST(lock.acquire_upgrade({}, ec));
    BOOST_TEST(lock.lock_counter() == 6u);
    for (int i = 0; i < 3; ++i)
        lock.unlock_upgrade(), lock.unlock_upgradable();
    BOOST_TEST(held() == '-');
    BOOST_TEST((error_of([&] { lock.unlock_upgrade(); }) == errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_upgrade_lock_with_limits, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    lock.lock_upgrade();
    auto const check = [&](auto&& attempt) {
        return [&](auto const& brief, auto const& ample) {
            in_thread([&] { BOOST_TEST(!attempt(brief)); });
            BOOST_TEST(attempt(ample));
            lock.unlock_upgrade();
        };
    };
    with_durations(check([&](auto const& d) { return lock.try_lock_upgrade_for(d); }));
    with_time_points(check([&](auto const& t) { return lock.try_lock_upgrade_until(t); }));
    with_limits(check([&](auto const& l) { return lock.timed_lock_upgrade(l); }));
    with_limits(check([&](auto const& l) { return lock.timed_lock_upgradable(l); }));
    BOOST_TEST(lock.lock_counter() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(conversions_by_all_names, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    auto const held = [&] { return subject.held(); };
    lock.lock_upgrade();
    lock.unlock_upgrade_and_lock();
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_upgrade();
    BOOST_TEST(held() == 'u');
    BOOST_TEST(lock.try_unlock_upgrade_and_lock());
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_shared();
    BOOST_TEST(held() == 's');
    BOOST_TEST(lock.try_unlock_shared_and_lock());
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_shared();
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(held() == 'u');
    lock.unlock_upgrade_and_lock_shared();
    BOOST_TEST(held() == 's');

    BOOST_TEST(lock.try_unlock_sharable_and_lock_upgradable());
    BOOST_TEST(held() == 'u');
    lock.unlock_upgradable_and_lock();
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_upgradable();
    BOOST_TEST(held() == 'u');
    BOOST_TEST(lock.try_unlock_upgradable_and_lock());
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_sharable();
    BOOST_TEST(held() == 's');
    BOOST_TEST(lock.try_unlock_sharable_and_lock());
    BOOST_TEST(held() == 'x');
    lock.unlock_and_lock_upgrade();
    lock.unlock_upgradable_and_lock_sharable();
    BOOST_TEST(held() == 's');
    BOOST_TEST(lock.lock_counter() == 1u);
    lock.unlock_shared();
    BOOST_TEST(held() == '-');
}

BOOST_AUTO_TEST_CASE(conversions_with_limits)
{
    one_lock<fake_lock> subject;
    auto& lock = subject.lock;
    auto const check = [&](auto&& back, auto&& attempt) {
        return [&, back, attempt](auto const& brief, auto const& ample) {
            lock.protocol.otherwise = fd::attempt_result::busy; // another holder excludes it
            BOOST_TEST(!attempt(brief));
            lock.protocol.otherwise = fd::attempt_result::acquired;
            BOOST_TEST(attempt(ample));
            back();
        };
    };
    auto const to_shared = [&] { lock.unlock_and_lock_shared(); };
    auto const to_upgrade = [&] { lock.unlock_and_lock_upgrade(); };
    lock.lock_shared();
    with_durations(
        check(to_shared, [&](auto const& d) { return lock.try_unlock_shared_and_lock_for(d); }));
    with_time_points(
        check(to_shared, [&](auto const& t) { return lock.try_unlock_shared_and_lock_until(t); }));
    auto const upgrade_to_shared = [&] { lock.unlock_upgrade_and_lock_shared(); };
    with_durations(check(upgrade_to_shared, [&](auto const& d) {
        return lock.try_unlock_shared_and_lock_upgrade_for(d);
    }));
    with_time_points(check(upgrade_to_shared, [&](auto const& t) {
        return lock.try_unlock_shared_and_lock_upgrade_until(t);
    }));
    lock.unlock_shared();
    lock.lock_upgrade();
    with_durations(
        check(to_upgrade, [&](auto const& d) { return lock.try_unlock_upgrade_and_lock_for(d); }));
    with_time_points(check(
        to_upgrade, [&](auto const& t) { return lock.try_unlock_upgrade_and_lock_until(t); }));
    with_limits(
        check(to_upgrade, [&](auto const& l) { return lock.timed_unlock_upgradable_and_lock(l); }));
    BOOST_TEST(lock.lock_counter() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(converting_what_one_does_not_have, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    BOOST_TEST((error_of([&] { lock.unlock_and_lock_shared(); }) == errc::operation_not_permitted));
    BOOST_TEST(
        (error_of([&] { lock.unlock_upgrade_and_lock(); }) == errc::operation_not_permitted));
    BOOST_TEST((error_of([&] { (void)lock.try_unlock_shared_and_lock(); }) ==
                errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(boost_thread_s_upgrade_lock, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    auto const held = [&] { return subject.held(); };
    boost::upgrade_lock<Lock> upgrade(lock);
    BOOST_TEST(held() == 'u');
    {
        boost::upgrade_to_unique_lock<Lock> const unique(upgrade);
        BOOST_TEST(held() == 'x');
    }
    BOOST_TEST(held() == 'u');
    BOOST_TEST(!in_thread(
        [&] { return boost::upgrade_lock<Lock>(lock, boost::try_to_lock).owns_lock(); }));
    in_thread([&] {
        BOOST_TEST(boost::shared_lock<Lock>(lock).owns_lock());
        boost::upgrade_lock<Lock> const late(lock, bc::milliseconds(2));
        BOOST_TEST(!late.owns_lock());
    });
    boost::unique_lock<Lock> unique(std::move(upgrade));
    BOOST_TEST(held() == 'x');
    boost::upgrade_lock<Lock> again(std::move(unique));
    BOOST_TEST(held() == 'u');
    boost::unique_lock<Lock> at_once(std::move(again), boost::try_to_lock);
    BOOST_TEST(held() == 'x');
    boost::shared_lock<Lock> shared(std::move(at_once));
    BOOST_TEST(held() == 's');
    boost::unique_lock<Lock> from_shared(std::move(shared), bc::seconds(60));
    BOOST_TEST(held() == 'x');
    boost::shared_lock<Lock> shared_again(std::move(from_shared));
    boost::unique_lock<Lock> until(std::move(shared_again),
                                   bc::steady_clock::now() + bc::seconds(60));
    BOOST_TEST(until.owns_lock());
    boost::upgrade_lock<Lock> down(std::move(until));
    boost::shared_lock<Lock> last(std::move(down));
    BOOST_TEST(held() == 's');
    boost::upgrade_lock<Lock> up(std::move(last), boost::try_to_lock);
    BOOST_TEST(held() == 'u');
    up.unlock();
    BOOST_TEST(held() == '-');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(interprocess_s_upgradable_lock, Lock, upgrade_kinds)
{
    one_lock<Lock> subject;
    auto& lock = subject.lock;
    auto const held = [&] { return subject.held(); };
    auto const soon = [] { return pt::microsec_clock::universal_time() + pt::seconds(60); };
    ipc::upgradable_lock<Lock> upgradable(lock);
    BOOST_TEST(held() == 'u');
    ipc::scoped_lock<Lock> scoped(std::move(upgradable));
    BOOST_TEST(held() == 'x');
    ipc::upgradable_lock<Lock> back(std::move(scoped));
    BOOST_TEST(held() == 'u');
    ipc::scoped_lock<Lock> timed(std::move(back), soon());
    BOOST_TEST(held() == 'x');
    ipc::sharable_lock<Lock> sharable(std::move(timed));
    BOOST_TEST(held() == 's');
    ipc::scoped_lock<Lock> tried(std::move(sharable), ipc::try_to_lock);
    BOOST_TEST(held() == 'x');
    ipc::sharable_lock<Lock> again(std::move(tried));
    ipc::upgradable_lock<Lock> up(std::move(again), ipc::try_to_lock);
    BOOST_TEST(held() == 'u');
    ipc::scoped_lock<Lock> at_once(std::move(up), ipc::try_to_lock);
    BOOST_TEST(held() == 'x');
    at_once.unlock();
    ipc::upgradable_lock<Lock> with_limit(lock, soon());
    BOOST_TEST(with_limit.owns());
    ipc::sharable_lock<Lock> down(std::move(with_limit));
    BOOST_TEST(held() == 's');
}

BOOST_AUTO_TEST_SUITE_END()
