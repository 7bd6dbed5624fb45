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
#include "support/kernel_state.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <time.h>

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

// Waits until a thread sleeps, which nothing but the notifications ends.
void wait_until_asleep(std::thread& thread)
{
    // The clock of a thread that sleeps stands still (pthread_getcpuclockid(3)).
    ::clockid_t clock;
    BOOST_TEST_REQUIRE(::pthread_getcpuclockid(thread.native_handle(), &clock) == 0);
    auto const used = [clock] {
        ::timespec t{};
        ::clock_gettime(clock, &t);
        return t.tv_sec * 1'000'000'000L + t.tv_nsec;
    };
    long before = -1;
    BOOST_TEST_REQUIRE(comes_true([&] { return std::exchange(before, used()) == used(); }));
}

void make(fs::path const& path)
{
    fs::ofstream(path) << "content\n";
}

struct watcher : temporary_directory
{
    fd::change_notifier source;
    recorder watch, another;
    fd::descriptor opened;
    fs::path const place = directory / "place", entry = place / "entry";

    watcher()
    {
        fs::create_directory(place);
        make(entry);
    }
    ~watcher()
    {
        source.forget(watch);
        source.forget(another);
    }

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
    watch_result begin_another(fs::path const& what)
    {
        auto const w = open(what, watch_kind::lock_file);
        return source.watch(another, w, w.identity);
    }
    bool is_readable() const
    {
        ::pollfd p{source.native(), POLLIN, 0};
        return ::poll(&p, 1, 0) == 1;
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
    BOOST_TEST(!is_readable());
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

BOOST_AUTO_TEST_CASE(watch_lingers_and_is_reused_for_the_same_file)
{
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    source.forget(watch);
    BOOST_TEST(inotify_watches() == 1u);
    fd::touch(entry);
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew)); // try again
    BOOST_TEST(inotify_watches() == 1u);
    BOOST_TEST(!is_readable());
    BOOST_TEST(!watch.is_changed());
    fd::touch(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(lingering_watch_is_removed_when_another_file_is_watched)
{
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    source.forget(watch);
    fd::touch(entry);
    watch_place();
    BOOST_TEST(inotify_watches() == 1u);
    BOOST_TEST(!is_readable());
    BOOST_TEST(!watch.is_changed());
    fs::remove(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(lingering_watch_takes_the_kind_of_the_next)
{
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    source.forget(watch);
    BOOST_TEST((begin(entry, watch_kind::marker) == watch_result::anew));
    fd::touch(entry);
    BOOST_TEST(!is_readable());
}

BOOST_AUTO_TEST_CASE(only_one_watch_lingers)
{
    make(directory / "other");
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    BOOST_TEST((begin_another(directory / "other") == watch_result::anew));
    source.forget(watch);
    source.forget(another);
    BOOST_TEST(inotify_watches() == 1u);
    source.drop_lingering();
    BOOST_TEST(inotify_watches() == 0u);
    BOOST_TEST(!is_readable());
}

BOOST_AUTO_TEST_CASE(lingering_watch_is_removed_at_its_first_change)
{
    make(directory / "other");
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    BOOST_TEST((begin_another(directory / "other") == watch_result::anew)); // closes the entry
    source.read();
    source.forget(watch);
    fd::touch(entry);
    source.read();
    BOOST_TEST(inotify_watches() == 1u);
    BOOST_TEST(!is_readable());
    BOOST_TEST(another.count == 0);
    fd::touch(directory / "other");
    source.read();
    BOOST_TEST(another.count == 1);
}

BOOST_AUTO_TEST_CASE(file_that_replaces_a_removed_one_is_watched)
{
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    source.forget(watch);
    opened.close();
    fs::remove(entry);
    make(entry);
    BOOST_TEST((begin(entry, watch_kind::lock_file) == watch_result::anew));
    BOOST_TEST(source.is_watching(watch));
    BOOST_TEST(!is_readable());
    fd::touch(entry);
    BOOST_TEST(is_notified());
}

BOOST_AUTO_TEST_CASE(change_after_a_wait_does_not_end_the_next)
{
    auto const what = open(entry, watch_kind::lock_file);
    auto const limit = std::chrono::steady_clock::now() + patience;
    {
        fd::thread_parker first;
        BOOST_TEST((first.watch(what, what.identity) == watch_result::anew));
        fd::touch(entry);
        first.wait_until(limit, false);
        BOOST_TEST(first.take_change());
        fd::touch(entry); // as the release does
    }
    fd::thread_parker second;
    BOOST_TEST((second.watch(what, what.identity) == watch_result::anew));
    second.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20), false);
    BOOST_TEST(!second.take_change());
    fd::touch(entry);
    second.wait_until(limit, false);
    BOOST_TEST(second.take_change());
}

// The notifications of the first change are read before the next wait.
BOOST_AUTO_TEST_CASE(change_ends_one_wait)
{
    auto const what = open(entry, watch_kind::lock_file);
    fd::thread_parker sleeper;
    BOOST_TEST((sleeper.watch(what, what.identity) == watch_result::anew));
    fd::touch(entry);
    sleeper.wait_until(std::chrono::steady_clock::now() + patience, false);
    BOOST_TEST(sleeper.take_change());
    sleeper.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20), false);
    BOOST_TEST(!sleeper.take_change());
}

// The notification for the thread that reads for all may be read by another thread, which removes
// the watch that lingers.
BOOST_AUTO_TEST_CASE(two_threads_get_their_changes)
{
    fs::path const files[] = {entry, directory / "other"};
    make(files[1]);
    make(directory / "third");
    fd::descriptor opened_too, third;
    BOOST_TEST_REQUIRE(!opened_too.open_existing(files[1]));
    BOOST_TEST_REQUIRE(!third.open_existing(directory / "third"));
    auto const target_of = [](fd::descriptor const& file) {
        fd::file_facts facts;
        BOOST_TEST_REQUIRE(!facts_of(file, facts));
        return fd::watch_target{&file, facts.identity, watch_kind::lock_file, 0};
    };
    auto const first = open(entry, watch_kind::lock_file), second = target_of(opened_too),
               other = target_of(third);
    for (int i = 0; i < 200; ++i) {
        fd::thread_parker reader, sleeper;
        BOOST_TEST((reader.watch(first, first.identity) == watch_result::anew));
        {
            fd::thread_parker former;
            BOOST_TEST((former.watch(other, other.identity) == watch_result::anew));
        }
        auto const limit = std::chrono::steady_clock::now() + patience;
        std::thread waiting([&] { reader.wait_until(limit, false); });
        if (i % 2 == 0)
            wait_until_asleep(waiting);
        fd::touch(files[0]);
        BOOST_TEST((sleeper.watch(second, second.identity) == watch_result::anew));
        waiting.join();
        BOOST_TEST(reader.take_change());
        std::thread waiting_too([&] { sleeper.wait_until(limit, false); });
        fd::touch(files[1]);
        waiting_too.join();
        BOOST_TEST(sleeper.take_change());
        BOOST_TEST((std::chrono::steady_clock::now() < limit));
    }
}

// The source of the notifications changes with the first process that is watched.
BOOST_AUTO_TEST_CASE(thread_that_reads_learns_of_the_end_of_a_process)
{
    child other([] {
        hear();
        return 0;
    });
    auto const what = open(entry, watch_kind::lock_file);
    fd::descriptor opened_too;
    BOOST_TEST_REQUIRE(!opened_too.open_existing(place));
    fd::file_facts facts;
    BOOST_TEST_REQUIRE(!facts_of(opened_too, facts));
    fd::watch_target const holder{&opened_too, facts.identity, watch_kind::directory, other.pid()};

    fd::thread_parker reader, sleeper;
    auto const limit = std::chrono::steady_clock::now() + patience;
    BOOST_TEST((reader.watch(what, what.identity) == watch_result::anew));
    std::thread reading([&] { reader.wait_until(limit, false); });
    wait_until_asleep(reading);
    BOOST_TEST((sleeper.watch(holder, holder.identity) == watch_result::anew));
    other.kill();
    sleeper.wait_until(limit, false);
    BOOST_TEST(sleeper.take_change());
    fd::touch(entry);
    reading.join();
    BOOST_TEST(reader.take_change());
    BOOST_TEST((std::chrono::steady_clock::now() < limit));
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
