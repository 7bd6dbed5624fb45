// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process has one shared instance for each path.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/shared_instance.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace filelock_test;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::ownership;
using boost::filelock::shared_instance;
namespace fs = boost::filesystem;

namespace {

struct other_lock : file_lock
{
    using file_lock::file_lock;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(shared_instances, temporary_directory)

BOOST_AUTO_TEST_CASE(one_path_is_one_object)
{
    auto const a = shared_instance<file_lock>(path), b = shared_instance<file_lock>(path);
    BOOST_TEST(a == b);
    a->lock();
    BOOST_TEST(b->lock_counter() == 1u);
    b->unlock();
    BOOST_TEST(a != shared_instance<file_lock>(directory / "other.lock"));
    BOOST_TEST((a->path() == path));
}

BOOST_AUTO_TEST_CASE(each_lock_type_has_its_own_instance)
{
    auto const a = shared_instance<file_lock>(path);
    auto const b = shared_instance<other_lock>(path);
    BOOST_TEST(static_cast<file_lock*>(b.get()) != a.get());
}

BOOST_AUTO_TEST_CASE(a_path_is_known_by_its_real_parent_and_its_name)
{
    fs::create_directory(directory / "real");
    fs::create_directory_symlink("real", directory / "link");
    auto const a = shared_instance<file_lock>(directory / "real" / "x.lock");
    BOOST_TEST(a == shared_instance<file_lock>(directory / "link" / "x.lock"));
    BOOST_TEST(a == shared_instance<file_lock>(directory / "real" / "." / "x.lock"));
    BOOST_TEST(a == shared_instance<file_lock>(directory / "link" / ".." / "real" / "x.lock"));
    child relative([&] {
        fs::current_path(directory / "link");
        return shared_instance<file_lock>("x.lock") == a ? 0 : 1;
    });
    BOOST_TEST(relative.wait() == 0);
    // The parent directory does not exist yet.
    auto const missing = shared_instance<file_lock>(directory / "a" / "b" / "x.lock");
    BOOST_TEST(missing == shared_instance<file_lock>(directory / "a" / "." / "b" / "x.lock"));
    BOOST_TEST(!fs::exists(directory / "a"));
}

BOOST_AUTO_TEST_CASE(other_options_are_refused)
{
    file_lock_options instance_scoped;
    instance_scoped.scope = ownership::instance;
    auto const a = shared_instance<file_lock>(path, instance_scoped);
    BOOST_TEST(a == shared_instance<file_lock>(path, instance_scoped));
    auto const refusal = [&](file_lock_options const& options) -> std::string {
        try {
            (void)shared_instance<file_lock>(path, options);
        } catch (std::invalid_argument const& e) {
            return e.what();
        }
        return "accepted";
    };
    auto const ends_with = [](std::string const& text, std::string const& end) {
        return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
    };
    auto const changed = [&](auto const& change, std::string const& difference) {
        auto options = instance_scoped;
        change(options);
        BOOST_TEST(ends_with(refusal(options), path.string() + " in " + difference),
                   refusal(options));
    };
    using boost::filelock::kernel_lock;
    using boost::filelock::storage;
    using options = file_lock_options;
    changed([](options& o) { o.poll_interval = std::chrono::milliseconds(1); },
            "poll_interval: 50000000 ns and 1000000 ns");
    changed([](options& o) { o.permissions = fs::perms(0600); }, "permissions: unset and 0600");
    changed([](options& o) { o.scope = ownership::thread; }, "scope: instance and thread");
    changed([](options& o) { o.create_directories = false; }, "create_directories: true and false");
    changed([](options& o) { o.where = storage::local; }, "where: detect and local");
    changed([](options& o) { o.backend = kernel_lock::record; }, "backend: flock and record");
    changed([](options& o) { o.on_unsupported = boost::filelock::fallback::soft; },
            "on_unsupported: none and soft");
    changed([](options& o) { o.on_acquired = [](int) {}; }, "on_acquired: none and a function");
}

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_and_leave_nothing)
{
    BOOST_CHECK_THROW((void)shared_instance<file_lock>(""), std::invalid_argument);
    file_lock_options options;
    options.poll_interval = {};
    BOOST_CHECK_THROW((void)shared_instance<file_lock>(path, options), std::invalid_argument);
    BOOST_TEST(shared_instance<file_lock>(path) != nullptr);
}

BOOST_AUTO_TEST_CASE(the_last_pointer_destroys_the_instance)
{
    auto a = shared_instance<file_lock>(path);
    a->lock();
    std::weak_ptr<file_lock> const watched = a;
    auto b = shared_instance<file_lock>(path);
    a.reset();
    BOOST_TEST(!watched.expired());
    b.reset();
    BOOST_TEST(watched.expired());
    file_lock other(path);
    BOOST_TEST(other.try_lock());
    other.unlock();
    file_lock_options instance_scoped; // a new instance may have other options
    instance_scoped.scope = ownership::instance;
    BOOST_TEST(shared_instance<file_lock>(path, instance_scoped)->lock_counter() == 0u);
}

BOOST_AUTO_TEST_CASE(threads_get_the_same_instance)
{
    constexpr int count = 8, rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        std::promise<void> go;
        auto const all_go = go.get_future().share();
        std::vector<std::shared_ptr<file_lock>> got(count);
        std::vector<std::thread> threads;
        for (auto& mine : got)
            threads.emplace_back([&] {
                all_go.wait();
                mine = shared_instance<file_lock>(path);
            });
        go.set_value();
        for (auto& t : threads)
            t.join();
        for (auto const& one : got)
            BOOST_REQUIRE(one == got.front());
    }
}

BOOST_AUTO_TEST_CASE(a_forked_child_has_the_instance_and_owns_nothing)
{
    auto const a = shared_instance<file_lock>(path);
    a->lock();
    child c([&] {
        auto const b = shared_instance<file_lock>(path);
        return b == a && !b->is_locked() && !b->try_lock() ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(a->is_locked());
}

BOOST_AUTO_TEST_SUITE_END()
