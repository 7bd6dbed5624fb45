// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Another client removes the file that a slow process of ours writes: it may take an unfinished
// marker for the remains of a dead process. The server reports ESTALE for the late write then, or a
// client EIO. The acquisition goes on.

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

} // namespace

BOOST_FIXTURE_TEST_SUITE(network_evictions, on_network_storage, *ut::precondition(have_fuse))

BOOST_DATA_TEST_CASE(late_write_is_no_error, data::make(written_files) * data::make({ESTALE, EIO}),
                     file, error)
{
    auto& faults = mount();
    faults.removed_files_are_stale = true;
    faults.late_write_error = error;
    faults.writing.arm(file.name);
    child slow([&] {
        say(file.take(path));
        return 0;
    });
    faults.writing.wait_until_reached();
    auto const removed = [&] {
        for (auto const& e : fs::recursive_directory_iterator(backing))
            if (e.path().native().find(file.name) != std::string::npos && fs::is_regular_file(e))
                return fs::remove(e.path());
        return false;
    };
    BOOST_TEST(removed());
    faults.writing.go_on();
    slow.expect("held");
    BOOST_TEST(slow.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
