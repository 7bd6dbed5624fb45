// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Functions that run while a lock is held.

#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/synchronize.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/test/unit_test.hpp>

using boost::filelock::file_lock;
using boost::filelock::synchronize;
using filelock_test::temporary_directory;

namespace {

struct counter
{
    int value = 0;
    int add(int n) { return value += n; }
};

/// Returns how it was called.
struct qualified
{
    std::string operator()() & { return "lvalue"; }
    std::string operator()() const& { return "const"; }
    std::string operator()() && { return "rvalue"; }
};

std::string name_of(int&)
{
    return "lvalue";
}
std::string name_of(int&&)
{
    return "rvalue";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(synchronize_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(the_lock_is_held_during_the_call_and_not_after_it)
{
    file_lock lock(path), other(path);
    auto const f = synchronize(lock, [&] { return lock.is_locked() && !other.try_lock(); });
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(f());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(other.try_lock());
    other.unlock();
    BOOST_TEST(f()); // each call acquires the lock for itself
}

BOOST_AUTO_TEST_CASE(exceptions_propagate_and_the_lock_is_released)
{
    file_lock lock(path);
    auto const f = synchronize(lock, [](bool fails) {
        if (fails)
            throw std::runtime_error("failed");
        return 1;
    });
    BOOST_CHECK_THROW(f(true), std::runtime_error);
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(f(false) == 1);
}

BOOST_AUTO_TEST_CASE(arguments_and_results_are_passed_on_as_they_are)
{
    std::mutex lock; // any lock will do
    int i = 1;
    auto const names =
        synchronize(lock, [](auto&& x) { return name_of(std::forward<decltype(x)>(x)); });
    BOOST_TEST(names(i) == "lvalue");
    BOOST_TEST(names(1) == "rvalue");

    auto const reference = synchronize(lock, [](int& x) -> int& { return x; });
    static_assert(std::is_same_v<decltype(reference(i)), int&>);
    BOOST_TEST(&reference(i) == &i);

    auto const moves = synchronize(lock, [](std::unique_ptr<int> p) { return p; });
    BOOST_TEST(*moves(std::make_unique<int>(7)) == 7);

    auto const nothing = synchronize(lock, [] {});
    static_assert(std::is_void_v<decltype(nothing())>);
    nothing();
}

BOOST_AUTO_TEST_CASE(everything_that_can_be_invoked_is_accepted)
{
    std::mutex lock;
    counter c;
    BOOST_TEST(synchronize(lock, &counter::add)(c, 2) == 2);
    BOOST_TEST(synchronize(lock, &counter::value)(c) == 2);
    BOOST_TEST(synchronize(lock, static_cast<std::string (*)(int&&)>(name_of))(1) == "rvalue");

    auto owns = synchronize(lock, [p = std::make_unique<int>(3)]() mutable { return ++*p; });
    BOOST_TEST(owns() == 4);
    auto moved = std::move(owns);
    BOOST_TEST(moved() == 5);

    auto f = synchronize(lock, qualified());
    BOOST_TEST(f() == "lvalue");
    BOOST_TEST(std::as_const(f)() == "const");
    BOOST_TEST(std::move(f)() == "rvalue");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_invoked_is_no_candidate)
{
    std::mutex lock;
    auto const f = synchronize(lock, [](int) {});
    static_assert(std::is_invocable_v<decltype(f), int>);
    static_assert(!std::is_invocable_v<decltype(f), std::string>);
    static_assert(!std::is_invocable_v<decltype(f)>);
    f(1);
    BOOST_TEST(lock.try_lock());
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(it_may_call_itself)
{
    file_lock lock(path);
    unsigned deepest = 0;
    std::function<void(int)> recurse;
    auto const f = synchronize(lock, [&](int n) {
        deepest = lock.lock_counter();
        if (n > 1)
            recurse(n - 1);
    });
    recurse = f;
    f(3);
    BOOST_TEST(deepest == 3u);
    BOOST_TEST(lock.lock_counter() == 0u);
}

BOOST_AUTO_TEST_CASE(without_the_lock_it_is_not_called)
{
    file_lock lock(directory); // a directory is no lock file
    bool called = false;
    auto const f = synchronize(lock, [&] { called = true; });
    BOOST_CHECK_THROW(f(), boost::filelock::lock_error);
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_SUITE_END()
