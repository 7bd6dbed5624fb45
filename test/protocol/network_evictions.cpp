// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Another client removes the file that a slow process of ours writes or reads: it may take an
// unfinished marker for the remains of a dead process, or releases its lock. The server reports
// ESTALE for the late call then, or a client EIO. The acquisition goes on.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/network_storage.hpp"
#include "support/passthrough.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/strict_files.hpp"

#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <cstring>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace filelock_test;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

template <class Lock, class Options>
std::string take(fs::path const& path, Options options)
{
    options.where = storage::network;
    Lock lock(path, options);
    error_code ec;
    lock.acquire({patience}, ec);
    return ec ? ec.message() : lock.still_held(ec) ? "held" : "lost";
}

// Holds a lock until the process is killed.
template <class Lock, class Options>
int hold(fs::path const& path, Options options, void (Lock::*lock)() & = &Lock::lock)
{
    options.where = storage::network;
    Lock held(path, options);
    (held.*lock)();
    say("held");
    hear();
    return 0;
}

struct written_file
{
    char const* what;
    std::string name; ///< a part of it
    std::function<std::string(fs::path const&)> take;

    friend std::ostream& operator<<(std::ostream& out, written_file const& f)
    {
        return out << f.what;
    }
};

std::string take_strictly(fs::path const& path)
{
    return take<strict_soft_file_lock>(path, strict_soft_file_lock::options_type());
}

std::string write(fs::path const& path)
{
    return take<soft_read_write_lock>(path, hourly(storage::network));
}

std::vector<written_file> const written_files = {
    {"marker", "test.lock",
     [](auto& path) { return take<soft_file_lock>(path, soft_file_lock::options_type()); }},
    {"lease", "test.lock",
     [](auto& path) { return take<soft_file_lease>(path, soft_file_lease::options_type()); }},
    {"writer", ".write", write},
    {"state", ".state", write},
    {"reader", ".readers/",
     [](auto& path) {
         soft_read_write_lock lock(path, hourly(storage::network));
         error_code ec;
         lock.acquire_shared({patience}, ec);
         return ec ? ec.message() : std::string("held");
     }},
    {"sentinel", ".test.lock.private", take_strictly},
    {"intent", ".intent", take_strictly},
};

struct read_file
{
    char const* what;
    std::string name;    ///< a part of it
    std::string removed; ///< a part of the names that go when the holder releases its lock
    std::function<std::string(fs::path const&)> take;
    std::function<int(fs::path const&)> hold;

    friend std::ostream& operator<<(std::ostream& out, read_file const& f) { return out << f.what; }
};

int hold_strictly(fs::path const& path)
{
    return hold<strict_soft_file_lock>(path, strict_soft_file_lock::options_type());
}

std::vector<read_file> const read_files = {
    {"marker", "test.lock", "test.lock", written_files[0].take,
     [](auto& path) { return hold<soft_file_lock>(path, soft_file_lock::options_type()); }},
    {"lease", "test.lock", "test.lock", written_files[1].take,
     [](auto& path) { return hold<soft_file_lease>(path, soft_file_lease::options_type()); }},
    {"writer", ".write", ".write", write,
     [](auto& path) { return hold<soft_read_write_lock>(path, hourly(storage::network)); }},
    {"reader", ".readers/", ".readers/", write,
     [](auto& path) {
         return hold<soft_read_write_lock>(path, hourly(storage::network),
                                           &soft_read_write_lock::lock_shared);
     }},
    {"held_claim", "claims/held-", "claims/", take_strictly, hold_strictly},
    {"intent", "claims/intent-", "claims/", take_strictly, hold_strictly},
};

struct fixture : on_network_storage
{
    // Removes the files whose path contains `part`, as another host does.
    std::size_t remove_all(std::string const& part) const
    {
        std::vector<fs::path> found;
        for (auto const& e : fs::recursive_directory_iterator(backing))
            if (e.path().native().find(part) != std::string::npos && fs::is_regular_file(e))
                found.push_back(e.path());
        for (auto const& file : found)
            fs::remove(file);
        return found.size();
    }

    // Stops a process that takes the lock, at the call for which `stop` is armed, and removes files
    // meanwhile.
    void evict(injected_stop& stop, std::function<std::string(fs::path const&)> const& take,
               std::string const& removed) const
    {
        child slow([&] {
            say(take(path));
            return 0;
        });
        stop.wait_until_reached();
        BOOST_TEST(remove_all(removed) > 0u);
        stop.go_on();
        slow.expect("held");
        BOOST_TEST(slow.wait() == 0);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(network_evictions, fixture, *ut::precondition(have_fuse))

BOOST_DATA_TEST_CASE_F(fixture, late_write_is_no_error,
                       data::make(written_files) * data::make({ESTALE, EIO}), file, error)
{
    auto& faults = mount();
    faults.removed_files_are_stale = true;
    faults.late_write_error = error;
    faults.writing.arm(file.name);
    evict(faults.writing, file.take, file.name);
}

BOOST_DATA_TEST_CASE_F(fixture, late_read_is_no_error,
                       data::make(read_files) * data::make({ESTALE, EIO}), file, error)
{
    auto& faults = mount();
    faults.removed_files_are_stale = true;
    faults.late_read_error = error;
    child holder([&] { return file.hold(path); });
    holder.expect("held");
    faults.reading.arm(file.name);
    evict(faults.reading, file.take, file.removed);
}

BOOST_AUTO_TEST_SUITE_END()
