// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Another user's process opens the lock file while it is being created, whatever the umask.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/lock_kinds.hpp"
#include "support/privileges.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>

#include <sys/stat.h>

using namespace filelock_test;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;
using boost::filelock::acquire_options;
using boost::system::error_code;

namespace {

using kernel_kinds = std::tuple<boost::filelock::file_lock, boost::filelock::read_write_lock>;

char const no_unnamed_files[] = "-e inject=linkat:error=EPERM";

template <class Lock>
struct shared_by_users : temporary_directory
{
    shared_by_users() { fs::permissions(directory, fs::perms(0777)); }

    /// Returns a deed that acquires the lock, and releases it at the end.
    deed creator(char const* faults)
    {
        deed d;
        d.first = [this] {
            fs::remove(path);
            ::umask(077);
            typename options_of<Lock>::type options;
            options.permissions = fs::perms(0666);
            lock = std::make_unique<Lock>(path, options);
            return "";
        };
        d.then = [this] {
            lock->lock();
            return "has it";
        };
        d.last = [this] {
            lock->unlock();
            return "";
        };
        d.faults = faults;
        return d;
    }

    /// Returns the call after which the path names the file.
    static stop_point creation(deed const& d)
    {
        auto const points = stop_points(d);
        auto const at = std::find_if(points.begin(), points.end(), [](stop_point const& p) {
            bool const is_named = p.text.find("test.lock") != p.text.npos;
            return is_named && (p.call == "linkat" || p.text.find("O_CREAT") != p.text.npos) &&
                   p.text.find(" = -1 ") == p.text.npos;
        });
        BOOST_TEST_REQUIRE((at != points.end()));
        return *at;
    }

    std::unique_ptr<Lock> lock; // in the process that is stopped
};

/// Waits for the lock as another user, and says the result.
template <class Lock>
int wait_as_nobody(fs::path const& path)
{
    become_nobody();
    Lock lock(path, quick<Lock>());
    acquire_options how;
    how.on_wait = [is_first = true](auto const&) mutable {
        if (std::exchange(is_first, false))
            say("waits");
    };
    error_code ec;
    lock.acquire(how, ec);
    say(ec ? ec.message() : "has it");
    return 0;
}

std::string const denied = make_error_code(errc::permission_denied).message();

} // namespace

BOOST_AUTO_TEST_SUITE(new_file_permissions,
                      *ut::precondition(can_trace) * ut::precondition(is_root))

BOOST_AUTO_TEST_CASE_TEMPLATE(file_is_created_with_its_permissions, Lock, kernel_kinds)
{
    shared_by_users<Lock> s;
    auto const creator = s.creator("");
    stopped creates(creator, s.creation(creator));
    BOOST_TEST_REQUIRE(creates.has_met());
    BOOST_TEST(fs::status(s.path).permissions() == 0666);
    BOOST_TEST(as_nobody([&] {
                   Lock other(s.path);
                   return other.try_lock() ? 0 : 1;
               }) == 0);
    BOOST_TEST(creates.go_on() == "has it");
    creates.at_last();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refusal_is_retried_while_the_file_may_be_in_the_making, Lock,
                              kernel_kinds)
{
    shared_by_users<Lock> s;
    auto const creator = s.creator(no_unnamed_files);
    auto const creation = s.creation(creator);
    for (bool const dies : {false, true}) {
        stopped creates(creator, creation);
        BOOST_TEST_REQUIRE(creates.has_met());
        BOOST_TEST(fs::status(s.path).permissions() == 0600);
        BOOST_TEST(as_nobody([&] { // a try is refused at once
                       Lock other(s.path);
                       error_code ec;
                       acquire_options once;
                       once.timeout = std::chrono::nanoseconds(0);
                       other.acquire(once, ec);
                       return ec == errc::permission_denied ? 0 : 1;
                   }) == 0);
        child other([&] { return wait_as_nobody<Lock>(s.path); });
        auto const said = other.read_line();
        BOOST_TEST_REQUIRE((said == "waits" || said == denied)); // refused only after 2 s
        if (dies) {
            creates.kill();
            if (said == "waits")
                other.expect(denied);
        } else {
            BOOST_TEST(creates.go_on() == "has it");
            creates.at_last();
            if (said == "waits")
                other.expect("has it");
        }
        BOOST_TEST(other.wait() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
