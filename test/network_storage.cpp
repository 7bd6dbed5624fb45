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
#include <ctime>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
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

std::string const private_part = ".break.4711.0123456789abcdef0123456789abcdef";
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

BOOST_AUTO_TEST_SUITE_END()
