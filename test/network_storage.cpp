// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Faults of the storage that hosts share, each produced by the passthrough: inode numbers that come
// again, transient errors, slow calls, short names, clocks that are wrong, looks that fail.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "process/child.hpp"
#include "process/kernel_state.hpp"
#include "process/markers.hpp"
#include "process/passthrough.hpp"
#include "process/privileges.hpp"
#include "process/soft_read_write_actor.hpp"
#include "process/temporary_directory.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::filelock::wait_status;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

std::string const foreign_record = "4711\nanother-host\n";
std::string const foreign_access = "0123456789abcdef0123456789abcdef\n4711\nanother-host\n";

// How the storage numbers its files, and what it says of a descriptor of a removed one.
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

soft_file_lock_options on_network()
{
    soft_file_lock_options options;
    options.where = storage::network;
    options.poll_interval = 1ms;
    return options;
}

::ino_t number_of(fs::path const& path)
{
    struct ::stat s = {};
    BOOST_TEST_REQUIRE(::lstat(path.c_str(), &s) == 0);
    return s.st_ino;
}

fs::path with(fs::path const& path, std::string const& suffix)
{
    return path.native() + suffix;
}

struct fixture : temporary_directory
{
    fs::path const backing = directory / "backing", at = directory / "at";
    fs::path const path = at / "test.lock", write = with(path, ".write"),
                   state = with(path, ".state"), readers = with(path, ".readers");
    std::unique_ptr<passthrough> mounted;

    fixture()
    {
        enter_own_mounts();
        for (auto const& made : {backing, at})
            fs::create_directory(made);
    }

    file_system_faults& mount(passthrough_options const& options = {})
    {
        mounted.reset();
        mounted = std::make_unique<passthrough>(backing, at, options);
        return mounted->faults();
    }

    file_system_faults& mount(numbering const& n)
    {
        passthrough_options options;
        options.shows = n.shows;
        auto& faults = mount(options);
        faults.removed_files_are_stale = n.are_stale;
        return faults;
    }

    fs::path behind(fs::path const& seen) const { return backing / fs::relative(seen, at); }

    // As another host does, or a user.
    void remove_by_hand(fs::path const& seen, numbering const& n) const
    {
        BOOST_TEST_REQUIRE(fs::remove(n.shows == numbers::reused ? seen : behind(seen)));
    }

    bool is_empty() const { return fs::is_empty(backing); }
};

// Takes the lock, says so, and releases it when told to.
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

BOOST_FIXTURE_TEST_SUITE(network_storage, fixture, *ut::precondition(have_fuse))

// A number is no identity.

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

// Both markers say the same, at the same time.
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

BOOST_DATA_TEST_CASE(a_superseded_writer_leaves_the_marker_of_its_successor, numberings, n)
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

// The successor came while the first holder was stopped.
BOOST_DATA_TEST_CASE(a_superseded_writer_is_told_and_does_not_stamp_its_successor, numberings, n)
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
            if (faults.stamps > stamps + 1) // the one that was about to be made
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

BOOST_DATA_TEST_CASE(a_reader_whose_marker_is_replaced_has_lost_its_hold, numberings, n)
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

// A writer is stopped while it holds `state`, and loses it.
BOOST_DATA_TEST_CASE(a_writer_leaves_the_state_marker_of_a_successor, numberings, n)
{
    auto& faults = mount(n);
    mounted->arm(faults.writing, ".write");
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
    mounted->wait_until_stopped(faults.writing);
    auto const number = number_of(state);
    remove_by_hand(state, n);
    soft_file_lock successor(state, on_network());
    BOOST_TEST_REQUIRE(successor.try_lock());
    BOOST_TEST_REQUIRE(number_of(state) == number);
    auto const text = text_of(state);
    mounted->go_on(faults.writing);

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

// FUSE without `use_ino`, and file servers after a fail-over.
BOOST_DATA_TEST_CASE(a_hold_outlives_a_change_of_numbers, data::make({"writer", "reader"}), who)
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

// Transient errors

namespace {

template <class Lock, class Options = typename Lock::options_type>
error_code take(fs::path const& path, bool shared, Options const& options = {})
{
    Lock lock(path, options);
    error_code ec;
    if (shared)
        lock.acquire_shared({patience}, ec);
    else
        lock.acquire({patience}, ec);
    return ec;
}

} // namespace

// Two hosts create the lock file at once: EEXIST with OCFS2 and MooseFS, EPERM with sshfs. ESTALE:
// GlusterFS, for a second after the file was created anew. The kernel repeats that call once.
BOOST_AUTO_TEST_CASE(kernel_locks_are_had_after_transient_errors_of_creating)
{
    file_lock_options record;
    record.backend = kernel_lock::record;
    std::pair<char const*, std::function<error_code()>> const kinds[] = {
        {"file_lock", [&] { return take<file_lock>(path, false); }},
        {"file_lock, shared", [&] { return take<file_lock>(path, true); }},
        {"file_lock, record", [&] { return take<file_lock>(path, false, record); }},
        {"read_write_lock", [&] { return take<read_write_lock>(path, false); }},
        {"read_write_lock, shared", [&] { return take<read_write_lock>(path, true); }},
    };
    auto& faults = mount();
    for (int const error : {EEXIST, EPERM, ESTALE})
        for (auto const& kind : kinds)
            BOOST_TEST_CONTEXT(kind.first << ", " << std::strerror(error))
            {
                faults.create.set(error, 2);
                BOOST_TEST(kind.second() == error_code());
                BOOST_TEST(faults.create.times == 0);
                fs::remove(behind(path));
            }
}

// Slow storage

namespace {

// A call then causes one lookup of its name.
passthrough_options const remembers_attributes = [] {
    passthrough_options options;
    options.attribute_seconds = 3600;
    return options;
}();

template <class Lock>
bool is_had_within(int creates, Lock& lock, file_system_faults const& faults)
{
    acquire_options how;
    how.cancel_check = [&] { return faults.creates > creates; };
    error_code ec;
    return lock.acquire(how, ec);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_lock_is_had_where_each_call_takes_long)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(400ms);
    soft_file_lock lock(path, on_network());
    BOOST_TEST_REQUIRE(is_had_within(5, lock, faults));
    faults.slow.set(0ms);
    BOOST_TEST(lock.is_lock_held_by_us());
    lock.unlock();
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(a_writer_comes_in_where_each_call_on_state_takes_long)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(400ms, ".state");
    soft_read_write_lock lock(path, hourly(storage::network));
    BOOST_TEST_REQUIRE(is_had_within(5, lock, faults));
    faults.slow.set(0ms);
    lock.unlock();
    BOOST_TEST((names_in(backing) == std::vector<std::string>{"test.lock.readers"}));
}

BOOST_AUTO_TEST_CASE(a_limit_holds_between_the_tries_where_each_call_takes_long)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(400ms);
    soft_file_lock lock(path, on_network());
    if (lock.try_lock_for(100ms))
        lock.unlock();
    BOOST_TEST(faults.creates <= 2);
    BOOST_TEST(is_empty());
}

// Names and clocks

// eCryptfs has names of at most 143 bytes.
BOOST_AUTO_TEST_CASE(a_dead_marker_is_removed_where_names_are_short)
{
    auto& faults = mount();
    faults.longest_name = 143;
    auto const name = at / std::string(120, 'n');
    write_text(name, record_of_the_dead(directory));
    soft_file_lock lock(name, on_network());
    error_code ec;
    BOOST_TEST(lock.acquire({0s}, ec));
    BOOST_TEST(ec == error_code());
    lock.release(ec);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(no_marker_is_old_where_the_time_of_the_storage_is_unknown)
{
    auto& faults = mount();
    auto options = on_network();
    options.lifetime = 1h;
    write_text(path, foreign_record);
    make_old(path);
    soft_file_lock lock(path, options);
    for (auto* const fault : {&faults.create_exclusively, &faults.getattr}) {
        fault->set(EACCES, -1, ".break.");
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(text_of(path) == foreign_record);
        fault->set(0);
    }
    BOOST_TEST(lock.try_lock());
}

// 2400 is beyond what 64 bits of nanoseconds can hold.
BOOST_AUTO_TEST_CASE(a_marker_from_the_future_ends_once_it_was_watched_for_its_lifetime)
{
    mount();
    std::time_t const day = 24 * 3600, year_2400 = 13'569'465'600;
    for (auto const written : {std::time(nullptr) + day, year_2400})
        BOOST_TEST_CONTEXT("written at " << written)
        {
            write_text(path, foreign_record);
            fs::last_write_time(path, written);
            if (fs::last_write_time(path) != written) {
                BOOST_TEST_MESSAGE("skipped: the file system has no such time");
                continue;
            }
            auto options = on_network();
            options.lifetime = 1h;
            soft_file_lock never(path, options);
            BOOST_TEST(!never.try_lock());
            BOOST_TEST(text_of(path) == foreign_record);
            options.lifetime = 20ms;
            soft_file_lock lock(path, options);
            BOOST_TEST(lock.try_lock_for(patience));
            fs::remove(behind(path));
        }
}

// What others remove

// A user clears a cache.
BOOST_AUTO_TEST_CASE(a_writer_comes_in_although_the_directory_is_removed_while_it_claims)
{
    auto& faults = mount();
    auto const inside = at / "cache" / "test.lock";
    mounted->arm(faults.naming, ".write");
    child writer([&] {
        soft_read_write_lock lock(inside, hourly(storage::network));
        error_code ec;
        lock.acquire({patience}, ec);
        say(ec ? ec.message() : "held");
        return 0;
    });
    mounted->wait_until_stopped(faults.naming);
    fs::remove_all(backing / "cache");
    mounted->go_on(faults.naming);
    writer.expect("held");
    BOOST_TEST(writer.wait() == 0);
}

// Somebody removes litter, or the client of NFS sends UNLINK twice.
BOOST_AUTO_TEST_CASE(a_private_name_that_has_gone_is_no_error)
{
    auto& faults = mount();
    faults.unlink.set(ENOENT, -1, ".break.");
    write_text(path, record_of_the_dead(directory));
    soft_file_lock lock(path, on_network());
    error_code ec;
    BOOST_TEST(lock.acquire({0s}, ec));
    BOOST_TEST(ec == error_code());
    lock.release(ec);

    fs::create_directory(readers);
    write_text(readers / "0123456789abcdef0123456789abcdef.4711", foreign_access);
    soft_read_write_lock writer(path, quick(storage::network, 100ms));
    BOOST_TEST(writer.acquire({patience}, ec));
    BOOST_TEST(ec == error_code());
}

BOOST_AUTO_TEST_CASE(litter_beside_a_writers_marker_is_removed_after_a_minute)
{
    auto& faults = mount();
    auto const litter = with(write, ".break.4711.0123456789abcdef0123456789abcdef"),
               data = with(write, ".break.4712.0123456789abcdef0123456789abcdef");
    write_text(data, "somebody's data");
    for (bool const old : {false, true}) {
        faults.changed_before = old ? 70 : 0;
        write_text(litter, foreign_access);
        write_text(write, foreign_access); // for a breaker to do
        soft_read_write_lock lock(path, quick(storage::network, 100ms));
        BOOST_TEST(lock.try_lock_for(patience));
        lock.unlock();
        BOOST_TEST(fs::exists(litter) == !old);
        BOOST_TEST(text_of(data) == "somebody's data");
    }
}

// Looks that fail

// A breaker that died may have left a live holder's marker under a private name. The rules are
// those for local storage.
BOOST_AUTO_TEST_CASE(a_dead_marker_stays_where_a_look_for_a_hidden_holder_fails)
{
    auto& faults = mount();
    auto const dead = record_of_the_dead(directory);
    auto const hidden = with(path, ".break." + dead.substr(0, dead.find('\n')) +
                                       ".0123456789abcdef0123456789abcdef");
    auto options = on_network();
    options.where = storage::local;
    std::tuple<char const*, file_system_faults::fault*, int, char const*> const looks[] = {
        {"the directory may not be listed", &faults.open_directory, EACCES, ""},
        {"its listing fails", &faults.read_directory, EIO, ""},
        {"the private name fails", &faults.getattr, EIO, ".break."},
        {"its file fails", &faults.open, EIO, ".break."},
        {"there are too many files", &faults.open, EMFILE, ".break."},
    };
    for (auto const& [what, fault, error, part] : looks)
        BOOST_TEST_CONTEXT(what)
        {
            write_text(path, dead);
            write_text(hidden, dead);
            soft_file_lock lock(path, options);
            fault->set(error, -1, part);
            BOOST_TEST(!lock.try_lock());
            BOOST_TEST(text_of(path) == dead);
            fault->set(0);
            BOOST_TEST(lock.try_lock());
        }
}

BOOST_AUTO_TEST_SUITE_END()
