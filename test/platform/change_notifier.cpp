// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The change notifications of a lock file, of a marker, and of a directory when its entries are
// removed. The system queues a notification before the call that causes it returns, so the tests
// need no wait.

#include "../src/platform/change_notifier.hpp"
#include "../src/platform/file.hpp"
#include "../src/platform/thread_parker.hpp"
#include "support/child.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>

#include <poll.h>

namespace fd = boost::filelock::detail;
namespace fs = boost::filesystem;
using namespace filelock_test;
using fd::watch_kind;
using fd::watch_result;

namespace {

struct recorder final : fd::file_watch
{
    int count = 0;
    void on_change() noexcept override { ++count; }
};

void make(fs::path const& path)
{
    fs::ofstream(path) << "content\n";
}

struct watcher : temporary_directory
{
    fd::change_notifier source;
    recorder watch;
    fd::descriptor opened;
    fs::path const place = directory / "place", entry = place / "entry";

    watcher()
    {
        fs::create_directory(place);
        make(entry);
    }
    ~watcher() { source.forget(watch); }

    fd::watch_target open(fs::path const& what, watch_kind kind, std::int64_t process = 0)
    {
        BOOST_TEST_REQUIRE(!opened.open_existing(what));
        fd::file_facts facts;
        BOOST_TEST_REQUIRE(!facts_of(opened, facts));
        return {&opened, facts.identity, kind, process};
    }
    watch_result begin(fs::path const& what, watch_kind kind, std::int64_t process = 0)
    {
        auto const w = open(what, kind, process);
        return source.watch(watch, w, w.identity);
    }
    void watch_place(std::int64_t process = 0)
    {
        BOOST_TEST_REQUIRE((begin(place, watch_kind::directory, process) == watch_result::anew));
    }

    bool is_notified()
    {
        auto const before = watch.count;
        source.read();
        bool const was_called = watch.count != before;
        BOOST_TEST(watch.take_change() == was_called);
        return was_called;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(change_notifier_suite, watcher)

BOOST_AUTO_TEST_CASE(removal_of_an_entry_is_reported)
{
    watch_place();
    BOOST_TEST(!is_notified());
    fs::remove(entry);
    BOOST_TEST(is_notified());
    BOOST_TEST(!is_notified()); // only once
    fs::create_directory(entry);
    fs::remove(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(renaming_of_an_entry_is_reported)
{
    watch_place();
    fs::rename(entry, directory / "elsewhere");
    BOOST_TEST(is_notified());
    fs::rename(directory / "elsewhere", entry);
    BOOST_TEST(is_notified());
    make(directory / "another");
    fs::rename(directory / "another", entry); // replaces the entry
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(creation_and_change_of_an_entry_are_not_reported)
{
    watch_place();
    make(place / "made");
    fs::create_hard_link(entry, place / "link");
    fs::create_directory(place / "directory");
    fs::permissions(entry, fs::owner_read);
    fs::last_write_time(entry, 0);
    fs::permissions(place, fs::owner_all);
    fs::last_write_time(place, 0);
    fd::touch(entry);
    BOOST_TEST((fs::directory_iterator(place) != fs::directory_iterator()));
    BOOST_TEST(!is_notified());
}

BOOST_AUTO_TEST_CASE(every_removal_is_reported_whatever_the_length_of_the_name)
{
    int const count = 100; // more than one read returns
    auto const named = [&](int i) {
        auto const number = std::to_string(i);
        return place /
               (std::string(static_cast<std::size_t>(255 - 2 * i) - number.size(), 'n') + number);
    };
    for (int i = 0; i < count; ++i)
        make(named(i));
    watch_place();
    for (int i = 0; i < count; ++i)
        fs::remove(named(i));
    BOOST_TEST(is_notified());
    BOOST_TEST(watch.count == count);
    ::pollfd more{source.native(), POLLIN, 0};
    BOOST_TEST(::poll(&more, 1, 0) == 0);
}

BOOST_AUTO_TEST_CASE(renaming_of_the_directory_is_reported)
{
    watch_place();
    fs::rename(place, directory / "elsewhere");
    BOOST_TEST(is_notified());
}

// The system does not report the removal while the directory is open. The entries were removed
// before it.
BOOST_AUTO_TEST_CASE(removal_of_the_directory_is_reported_when_it_is_closed)
{
    watch_place();
    fs::remove(entry);
    BOOST_TEST(is_notified());
    fs::remove(place);
    BOOST_TEST(!is_notified());
    opened.close();
    BOOST_TEST(is_notified());
    BOOST_TEST(!source.is_watching(watch)); // the watch has ended
}

BOOST_AUTO_TEST_CASE(file_is_not_watched_as_a_directory)
{
    BOOST_TEST((begin(entry, watch_kind::directory) == watch_result::no));
    BOOST_TEST(!source.is_watching(watch));
}

BOOST_AUTO_TEST_CASE(end_of_a_process_is_reported_as_well)
{
    child other([] {
        hear();
        return 0;
    });
    watch_place(other.pid());
    BOOST_TEST(!is_notified());
    fs::remove(entry);
    BOOST_TEST(is_notified());
    other.kill();
    BOOST_TEST(other.wait() == -SIGKILL);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(change_wakes_a_sleeping_thread)
{
    fd::thread_parker sleeper;
    auto const what = open(place, watch_kind::directory);
    BOOST_TEST((sleeper.watch(what, what.identity) == watch_result::anew));
    make(place / "made");
    fs::remove(entry);
    sleeper.wait_until(std::chrono::steady_clock::now() + patience, false);
    BOOST_TEST(sleeper.take_change());
}

BOOST_AUTO_TEST_CASE(close_of_a_lock_file_is_reported)
{
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    fd::touch(entry);
    BOOST_TEST(is_notified());
    fs::remove(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(write_to_a_marker_is_reported_and_a_read_is_not)
{
    BOOST_TEST((begin(entry, watch_kind::marker) == watch_result::anew));
    fd::touch(entry);
    BOOST_TEST(!is_notified());
    make(entry);
    BOOST_TEST(is_notified());
    fs::remove(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_SUITE_END()
