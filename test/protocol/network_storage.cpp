// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Faults of network storage, each produced by the passthrough: transient errors, slow calls, short
// names, wrong clocks, files that others remove, lookups that fail. network_successors.cpp tests
// reused inode numbers.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/network_storage.hpp"
#include "support/passthrough.hpp"
#include "support/soft_read_write_actor.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::system::error_code;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(network_storage, on_network_storage, *ut::precondition(have_fuse))

// Transient errors

namespace {

template <class Lock, class Options = typename Lock::options_type>
error_code take(fs::path const& path, [[maybe_unused]] bool shared, Options const& options = {})
{
    Lock lock(path, options);
    error_code ec;
    if constexpr (std::is_same_v<Lock, soft_file_lock>)
        lock.acquire({patience}, ec);
    else if (shared)
        lock.acquire_shared({patience}, ec);
    else
        lock.acquire({patience}, ec);
    return ec;
}

} // namespace

// Two hosts create the lock file at the same time: EEXIST with OCFS2 and MooseFS, EPERM with sshfs.
// GlusterFS reports ESTALE for a second after the file was created anew, and the kernel repeats
// that call once.
BOOST_AUTO_TEST_CASE(kernel_lock_is_acquired_after_transient_create_errors)
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

// sshfs reports EPERM to the losers of a race to create a marker.
BOOST_AUTO_TEST_CASE(soft_lock_is_acquired_after_transient_create_errors)
{
    auto const options = hourly(storage::network);
    std::pair<char const*, std::function<error_code()>> const kinds[] = {
        {"soft_file_lock", [&] { return take<soft_file_lock>(path, false, on_network()); }},
        {"a writer", [&] { return take<soft_read_write_lock>(path, false, options); }},
        {"a reader", [&] { return take<soft_read_write_lock>(path, true, options); }},
    };
    auto& faults = mount();
    for (int const error : {EPERM, ESTALE})
        for (auto const& kind : kinds)
            BOOST_TEST_CONTEXT(kind.first << ", " << std::strerror(error))
            {
                faults.create_exclusively.set(error, 2);
                BOOST_TEST(kind.second() == error_code());
                BOOST_TEST(faults.create_exclusively.times == 0);
            }
}

// GlusterFS reports ESTALE of a name for a second after its file was removed.
BOOST_AUTO_TEST_CASE(soft_lock_is_acquired_after_stale_handles_for_a_while)
{
    auto const options = hourly(storage::network);
    auto& faults = mount();
    constexpr int count = 60; // more than one attempt makes
    auto const create = [&](auto const& takes) {
        faults.create_exclusively.set(ESTALE, count);
        BOOST_TEST(takes() == error_code());
        BOOST_TEST(faults.create_exclusively.times == 0);
    };
    create([&] { return take<soft_file_lock>(path, false, on_network()); });
    create([&] { return take<soft_read_write_lock>(path, false, options); });
    create([&] { return take<soft_read_write_lock>(path, true, options); });

    auto const release = [&](auto& lock, char const* marker) {
        lock.lock();
        faults.open.set(ESTALE, count, marker);
        error_code ec;
        lock.release(ec);
        BOOST_TEST(ec == error_code());
        BOOST_TEST(faults.open.times == 0);
        faults.open.set(0);
        BOOST_TEST(lock.try_lock());
        lock.unlock();
    };
    soft_file_lock file(path, on_network());
    release(file, path.filename().c_str());
    soft_read_write_lock writer(path, options);
    release(writer, ".write");
}

// The directory's handle is stale as well.
BOOST_AUTO_TEST_CASE(stale_directory_is_reported)
{
    auto const options = hourly(storage::network);
    auto& faults = mount();
    injected_error* const lost[] = {&faults.open, &faults.create_exclusively,
                                    &faults.open_directory, &faults.getattr};
    auto const lose = [&](auto const& takes) {
        for (auto* const fault : lost)
            fault->set(ESTALE);
        BOOST_TEST(takes().value() == ESTALE);
        for (auto* const fault : lost)
            fault->set(0);
        BOOST_TEST(takes() == error_code());
    };
    lose([&] { return take<soft_file_lock>(path, false, on_network()); });
    lose([&] { return take<soft_read_write_lock>(path, false, options); });
    lose([&] { return take<soft_read_write_lock>(path, true, options); });
}

BOOST_AUTO_TEST_CASE(lasting_create_error_is_reported)
{
    auto& faults = mount();
    for (auto* const fault : {&faults.create, &faults.create_exclusively})
        fault->set(EPERM);
    auto const refused = boost::system::errc::operation_not_permitted;
    BOOST_TEST((take<file_lock>(path, false) == refused));
    BOOST_TEST((take<read_write_lock>(path, true) == refused));
    BOOST_TEST((take<soft_file_lock>(path, false, on_network()) == refused));
    auto const options = hourly(storage::network);
    BOOST_TEST((take<soft_read_write_lock>(path, false, options) == refused));
    BOOST_TEST((take<soft_read_write_lock>(path, true, options) == refused));
}

// Slow storage

namespace {

// With cached attributes, a call causes one lookup of its name.
passthrough_options const remembers_attributes = [] {
    passthrough_options options;
    options.attribute_seconds = 3600;
    return options;
}();

template <class Lock>
bool is_acquired_within(int creates, Lock& lock, file_system_faults const& faults)
{
    acquire_options how;
    how.cancel_check = [&] { return faults.creates > creates; };
    error_code ec;
    return lock.acquire(how, ec);
}

} // namespace

// A second has passed after the marker was written, though not before.
BOOST_AUTO_TEST_CASE(soft_lock_is_acquired_where_each_call_takes_240_ms)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(240ms);
    soft_file_lock lock(path, on_network());
    BOOST_TEST_REQUIRE(is_acquired_within(5, lock, faults));
    faults.slow.set(0ms);
    BOOST_TEST(lock.is_lock_held_by_us());
    lock.unlock();
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(write_lock_is_acquired_where_each_call_on_state_takes_300_ms)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(300ms, ".state");
    soft_read_write_lock lock(path, hourly(storage::network));
    BOOST_TEST_REQUIRE(is_acquired_within(5, lock, faults));
    faults.slow.set(0ms);
    lock.unlock();
    BOOST_TEST((names_in(backing) == std::vector<std::string>{"test.lock.readers"}));
}

BOOST_AUTO_TEST_CASE(time_limit_holds_between_tries_where_each_call_takes_300_ms)
{
    auto& faults = mount(remembers_attributes);
    faults.slow.set(300ms);
    soft_file_lock lock(path, on_network());
    bool const had = lock.try_lock_for(100ms);
    faults.slow.set(0ms);
    BOOST_TEST(faults.creates <= 2);
    if (had)
        lock.unlock();
    BOOST_TEST(is_empty());
}

// Names and clocks

// eCryptfs limits names to 143 bytes.
BOOST_AUTO_TEST_CASE(dead_marker_is_removed_where_names_have_143_bytes)
{
    auto& faults = mount();
    faults.longest_name = 143;
    BOOST_TEST_REQUIRE(::pathconf(at.c_str(), _PC_NAME_MAX) == 143);
    auto const name = at / std::string(120, 'n');
    write_text(name, record_of_the_dead(directory));
    soft_file_lock lock(name, on_network());
    error_code ec;
    BOOST_TEST(lock.acquire({0s}, ec));
    BOOST_TEST(ec == error_code());
    lock.release(ec);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(no_marker_expires_where_the_storage_time_is_unknown)
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

// 2400 exceeds what 64 bits of nanoseconds can represent.
BOOST_AUTO_TEST_CASE(marker_from_the_future_expires_once_watched_for_its_lifetime)
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

// Files that others remove

// A user clears a cache, for example.
BOOST_AUTO_TEST_CASE(writer_recreates_a_directory_that_is_removed_while_it_claims)
{
    auto& faults = mount();
    auto const inside = at / "cache" / "test.lock";
    faults.naming.arm(".write");
    child writer([&] {
        soft_read_write_lock lock(inside, hourly(storage::network));
        error_code ec;
        lock.acquire({patience}, ec);
        say(ec ? ec.message() : "held");
        return 0;
    });
    faults.naming.wait_until_reached();
    fs::remove_all(backing / "cache");
    faults.naming.go_on();
    writer.expect("held");
    BOOST_TEST(writer.wait() == 0);
}

// Another process has removed it as litter, or the NFS client has sent UNLINK twice.
BOOST_AUTO_TEST_CASE(missing_temporary_name_is_no_error)
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

BOOST_AUTO_TEST_CASE(litter_beside_the_write_marker_is_removed_after_a_minute)
{
    auto& faults = mount();
    auto const litter = with(write, ".break.4711.0123456789abcdef0123456789abcdef"),
               data = with(write, ".break.4712.0123456789abcdef0123456789abcdef");
    write_text(data, "foreign data");
    for (bool const old : {false, true}) {
        faults.changed_before = old ? 70 : 0;
        write_text(litter, foreign_access);
        write_text(write, foreign_access); // becomes stale, and the litter goes with it
        soft_read_write_lock lock(path, quick(storage::network, 100ms));
        BOOST_TEST(lock.try_lock_for(patience));
        lock.unlock();
        BOOST_TEST(fs::exists(litter) == !old);
        BOOST_TEST(text_of(data) == "foreign data");
    }
}

// The rules for local storage apply. A witness shows that the owner is alive: a process that evicts
// a marker may hold a live marker under that name for a moment.
BOOST_AUTO_TEST_CASE(litter_is_removed_after_a_minute_unless_it_is_witnessed)
{
    auto& faults = mount();
    auto const litter = with(path, ".break.1.0123456789abcdef0123456789abcdef");
    auto options = on_network();
    options.where = storage::local;
    for (bool const old : {false, true})
        for (bool const witnessed : {false, true}) {
            faults.changed_before = old ? 70 : 0;
            soft_file_lock holder(path, options), lock(path, options);
            if (witnessed) {
                holder.lock();
                fs::rename(path, litter);
            } else {
                write_text(litter, foreign_record);
            }
            write_text(path, record_of_the_dead(directory));
            BOOST_TEST(lock.try_lock()); // evicts a marker, and removes the litter as well
            BOOST_TEST(fs::exists(litter) == (!old || witnessed));
            lock.unlock();
        }
}

BOOST_AUTO_TEST_CASE(litter_of_readers_is_removed_after_a_minute_unless_it_is_witnessed)
{
    auto& faults = mount();
    auto const options = hourly(storage::local);
    fs::create_directory(readers);
    auto const litter = readers / "0123456789abcdef0123456789abcdef.4711.break.1.python";
    error_code ec;
    for (bool const old : {false, true})
        for (bool const witnessed : {false, true}) {
            faults.changed_before = old ? 70 : 0;
            soft_read_write_lock reader(path, options), writer(path, options);
            if (witnessed) {
                fs::remove(litter);
                reader.lock_shared();
                fs::rename(readers / names_in(readers).at(0), litter);
            } else {
                write_text(litter, foreign_access);
            }
            BOOST_TEST(writer.acquire({patience}, ec));
            BOOST_TEST(fs::exists(litter) == (!old || witnessed));
            writer.unlock();
            reader.release(ec);
        }
}

// Lookups that fail

// A process that died while it evicted a dead marker may have left a live holder's marker under a
// temporary name. The rules for local storage search for it.
BOOST_AUTO_TEST_CASE(dead_marker_stays_where_the_search_for_a_hidden_holder_fails)
{
    auto& faults = mount();
    auto const dead = record_of_the_dead(directory);
    auto const hidden = with(path, ".break." + dead.substr(0, dead.find('\n')) +
                                       ".0123456789abcdef0123456789abcdef");
    auto options = on_network();
    options.where = storage::local;
    std::tuple<char const*, injected_error*, int, char const*> const looks[] = {
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

BOOST_AUTO_TEST_CASE(lock_is_not_acquired_where_the_search_for_holders_fails)
{
    auto& faults = mount();
    soft_read_write_lock holder(path, hourly(storage::network));
    error_code ec;
    holder.lock_shared();
    for (auto* const fault : {&faults.open_directory, &faults.read_directory}) {
        fault->set(EIO, -1, ".readers");
        soft_read_write_lock writer(path, hourly(storage::network));
        BOOST_TEST(!writer.acquire({0s}, ec));
        fault->set(0);
    }
    holder.unlock_shared();

    // A cached lookup reports that there is no writer, and the directory cannot be listed.
    holder.lock();
    faults.getattr.set(ENOENT, -1, ".write");
    for (auto* const fault : {&faults.open_directory, &faults.read_directory}) {
        soft_read_write_lock reader(path, hourly(storage::network));
        fault->set(EIO);
        BOOST_TEST(!reader.acquire_shared({0s}, ec));
        fault->set(0);
    }
    faults.getattr.set(0);
    BOOST_TEST(holder.still_held(ec));
}

BOOST_AUTO_TEST_SUITE_END()
