// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// An inode number is no identity: a marker is removed while its owner holds the lock, and another
// marker with the same inode number takes its place. The first owner learns that it has lost the
// lock, and leaves the other marker alone.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/network_storage.hpp"
#include "support/passthrough.hpp"
#include "support/soft_read_write_actor.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <csignal>
#include <future>
#include <ostream>
#include <string>

#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::filelock::wait_status;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

// How the storage numbers its files, and what it reports for a descriptor of a removed file.
struct numbering
{
    char const* name;
    numbers shows;
    bool are_stale;

    friend std::ostream& operator<<(std::ostream& out, numbering const& n) { return out << n.name; }
};

auto const numberings = data::make<numbering>({
    {"numbers_of_paths", numbers::of_paths, false},
    {"reused_numbers", numbers::reused, false},
    {"reused_numbers_and_stale_descriptors", numbers::reused, true},
});

::ino_t number_of(fs::path const& path)
{
    struct ::stat s = {};
    BOOST_TEST_REQUIRE(::lstat(path.c_str(), &s) == 0);
    return s.st_ino;
}

struct numbered : on_network_storage
{
    using on_network_storage::mount;

    file_system_faults& mount(numbering const& n)
    {
        passthrough_options options;
        options.shows = n.shows;
        auto& faults = mount(options);
        faults.removed_files_are_stale = n.are_stale;
        return faults;
    }

    // Removes a file as another host or a user does. With `of_paths` the mount does not notice:
    // libfuse would forget the number.
    void remove_by_hand(fs::path const& seen, numbering const& n) const
    {
        BOOST_TEST_REQUIRE(fs::remove(n.shows == numbers::reused ? seen : behind(seen)));
    }
};

// Starts a process that acquires the lock, says "held", and releases the lock when it reads a line.
template <class Lock, class Options>
child holder_of(fs::path const& path, Options const& options)
{
    return child([path, options] {
        Lock lock(path, options);
        lock.lock();
        say("held");
        hear();
        lock.unlock();
        return 0;
    });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(network_successors, numbered, *ut::precondition(have_fuse))

BOOST_DATA_TEST_CASE(release_leaves_the_marker_of_a_successor, numberings, n)
{
    mount(n);
    soft_file_lock first(path, on_network()), third(path, on_network());
    first.lock();
    auto const number = number_of(path);
    remove_by_hand(path, n);
    auto successor = holder_of<soft_file_lock>(path, on_network());
    successor.expect("held");
    BOOST_TEST_REQUIRE(number_of(path) == number);
    auto const text = text_of(path);

    error_code ec;
    BOOST_TEST(!first.still_held(ec));
    first.release(ec);
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(!third.try_lock());

    successor.write_line("release");
    BOOST_TEST(successor.wait() == 0);
    BOOST_TEST(is_empty());
}

// Both markers have the same text, inode number and time.
BOOST_DATA_TEST_CASE(release_leaves_the_marker_of_a_later_lock_of_the_same_process, numberings, n)
{
    auto& faults = mount(n);
    faults.seconds_per_tick = 1 << 20;
    soft_file_lock first(path, on_network()), second(path, on_network());
    first.lock();
    auto const number = number_of(path);
    auto const text = text_of(path);
    remove_by_hand(path, n);
    BOOST_TEST_REQUIRE(second.try_lock());
    BOOST_TEST_REQUIRE(number_of(path) == number);
    BOOST_TEST_REQUIRE(text_of(path) == text);

    error_code ec;
    BOOST_TEST(!first.still_held(ec));
    BOOST_TEST(second.still_held(ec));
    first.release(ec);
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(second.still_held(ec));
    second.unlock();
    BOOST_TEST(is_empty());
}

BOOST_DATA_TEST_CASE(superseded_writer_reports_its_loss_and_leaves_the_marker_of_its_successor,
                     numberings, n)
{
    mount(n);
    auto const options = hourly(storage::network);
    soft_read_write_lock first(path, options), third(path, options);
    first.lock();
    auto const number = number_of(write);
    remove_by_hand(write, n);
    auto successor = holder_of<soft_read_write_lock>(path, options);
    successor.expect("held");
    auto const token = text_of(write);
    BOOST_TEST_REQUIRE(number_of(write) == number);

    error_code ec;
    BOOST_TEST(!first.still_held(ec));
    first.release(ec);
    BOOST_TEST_REQUIRE(first.loss().has_value());
    BOOST_TEST((first.loss()->reason == loss_reason::owner_changed));
    BOOST_TEST(text_of(write) == token);
    BOOST_TEST(!third.try_lock());

    successor.write_line("release");
    BOOST_TEST(successor.wait() == 0);
    BOOST_TEST(!fs::exists(write));
}

// The first holder is stopped while its successor acquires the lock.
BOOST_DATA_TEST_CASE(superseded_writer_is_notified_and_stops_stamping, numberings, n)
{
    auto& faults = mount(n);
    child first([&] {
        std::promise<loss_reason> lost;
        auto options = hourly(storage::network);
        options.stale_threshold = 2h;
        options.heartbeat_interval = 20ms;
        options.on_loss = [&](lease_loss const& loss) { lost.set_value(loss.reason); };
        soft_read_write_lock lock(path, options);
        lock.lock();
        say("held");
        auto reason = lost.get_future();
        auto const stamps = std::stoi(hear());
        while (reason.wait_for(10ms) != std::future_status::ready)
            if (faults.stamps > stamps + 1) // one may have been in progress when it was stopped
                return 1;
        return reason.get() == loss_reason::owner_changed ? 0 : 2;
    });
    first.expect("held");
    first.kill(SIGSTOP);
    wait_until_quiet(first.pid());
    remove_by_hand(write, n);
    auto successor = holder_of<soft_read_write_lock>(path, hourly(storage::network));
    successor.expect("held");
    first.write_line(std::to_string(faults.stamps));
    first.kill(SIGCONT);
    BOOST_TEST(first.wait() == 0);
    successor.write_line("release");
    BOOST_TEST(successor.wait() == 0);
}

BOOST_DATA_TEST_CASE(replaced_reader_marker_is_a_loss, numberings, n)
{
    mount(n);
    soft_read_write_lock first(path, hourly(storage::network));
    first.lock_shared();
    auto const marker = readers / names_in(readers).at(0);
    auto const number = number_of(marker);
    remove_by_hand(marker, n);
    write_text(marker, foreign_access);
    BOOST_TEST_REQUIRE(number_of(marker) == number);

    error_code ec;
    BOOST_TEST(!first.still_held(ec));
    first.release(ec);
    BOOST_TEST_REQUIRE(first.loss().has_value());
    BOOST_TEST((first.loss()->reason == loss_reason::owner_changed));
    BOOST_TEST(text_of(marker) == foreign_access);
}

// A writer loses `state` while it writes its claim.
BOOST_DATA_TEST_CASE(writer_leaves_the_state_marker_of_a_successor, numberings, n)
{
    auto& faults = mount(n);
    faults.writing.arm(".write");
    child writer([&] {
        soft_read_write_lock lock(path, hourly(storage::network));
        acquire_options how;
        how.progress_interval = 1h;
        how.on_wait = [](wait_status const&) { say("waits"); };
        lock.acquire(how);
        say("held");
        hear();
        lock.unlock();
        return 0;
    });
    faults.writing.wait_until_reached();
    auto const number = number_of(state);
    remove_by_hand(state, n);
    soft_file_lock successor(state, on_network());
    BOOST_TEST_REQUIRE(successor.try_lock());
    BOOST_TEST_REQUIRE(number_of(state) == number);
    auto const text = text_of(state);
    faults.writing.go_on();

    writer.expect("waits");
    BOOST_TEST(text_of(state) == text);
    error_code ec;
    BOOST_TEST(successor.still_held(ec));
    successor.unlock();
    writer.expect("held");
    writer.write_line("release");
    BOOST_TEST(writer.wait() == 0);
    BOOST_TEST(!fs::exists(state));
}

// Inode numbers change with FUSE without `use_ino`, and after the fail-over of a file server.
BOOST_DATA_TEST_CASE(hold_survives_changed_inode_numbers, data::make({"writer", "reader"}), who)
{
    auto& faults = mount();
    soft_read_write_lock lock(path, hourly(storage::network));
    who == std::string("writer") ? lock.lock() : lock.lock_shared();
    faults.number_offset = 1000;
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    lock.release(ec);
    BOOST_TEST(!ec);
    BOOST_TEST(!lock.loss());
    BOOST_TEST(!fs::exists(write));
    BOOST_TEST(fs::is_empty(readers));
}

// The client answers lstat(2) from its cache. An open asks the server.
BOOST_AUTO_TEST_CASE(cached_attributes_do_not_hide_that_a_marker_is_replaced)
{
    passthrough_options caches;
    caches.attribute_seconds = caches.entry_seconds = 3600;
    auto const replace = [&](fs::path const& marker, std::string const& record) {
        auto const number = number_of(marker);
        fs::remove(behind(marker));
        write_text(behind(marker), record);
        BOOST_TEST_REQUIRE(number_of(marker) == number);
    };
    error_code ec;
    {
        mount(caches);
        soft_file_lock lock(path, on_network());
        lock.lock();
        replace(path, foreign_record);
        BOOST_TEST(!lock.still_held(ec));
        lock.release(ec);
        BOOST_TEST(text_of(behind(path)) == foreign_record);
    }
    for (bool const writes : {true, false}) {
        mount(caches);
        soft_read_write_lock lock(path, hourly(storage::network));
        writes ? lock.lock() : lock.lock_shared();
        auto const marker = writes ? write : readers / names_in(readers).at(0);
        replace(marker, foreign_access);
        BOOST_TEST(!lock.still_held(ec));
        lock.release(ec);
        BOOST_TEST(text_of(behind(marker)) == foreign_access);
        fs::remove(behind(marker));
    }
}

BOOST_AUTO_TEST_SUITE_END()
