// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as bad_paths.cpp for markers: each path gives the right error, leaves nothing and
// does not hang.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/refused.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <functional>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

void bind_socket(fs::path const& path)
{
    int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_TEST(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
}

/// Checks that every way to acquire the lock fails at once with the same error, and leaves no
/// descriptor open.
template <class Expected>
void check_refused(fs::path const& path, Expected expected,
                   soft_file_lock_options const& options = with_limit())
{
    auto const before = open_descriptors();
    soft_file_lock lock(path, options);
    for (auto const limit : {std::chrono::milliseconds(0), std::chrono::milliseconds(20s)}) {
        auto const ec = error_of(lock, limit);
        BOOST_TEST((ec == expected), ec.message());
    }
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(open_descriptors() == before);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_bad_paths, open_to_all)

BOOST_AUTO_TEST_SUITE(refused_file_types)

BOOST_AUTO_TEST_CASE(device_is_refused)
{
    check_refused("/dev/null", error::not_a_lock_file);
}

BOOST_AUTO_TEST_CASE(socket_is_refused)
{
    bind_socket(path);
    check_refused(path, error::not_a_lock_file);
    BOOST_TEST(names_in(directory).size() == 1u);
}

// Another file takes the path's place while a process checks a dead owner's marker there.
struct replaced : open_to_all
{
    fs::path const target = directory / "target", next = directory / "next";

    replaced() { write_text(target, dead.record()); }

    void check_with(std::function<void()> const& make_next)
    {
        check(
            breaker(),
            [this] {
                clear();
                write_text(target, dead.record());
                put_dead();
            },
            [&](stop_point const& p) -> std::string {
                make_next();
                stopped breaks(breaker(), p);
                if (!breaks.has_met())
                    return "it was not stopped";
                struct ::stat theirs, s;
                BOOST_TEST(::lstat(next.c_str(), &theirs) == 0);
                fs::rename(next, path);
                auto const came = breaks.go_on();
                error_code const refused = error::not_a_lock_file;
                if (came != refused.message() && came != has_it)
                    return "the breaker: " + came;
                if (::lstat(path.c_str(), &s) != 0 || s.st_ino != theirs.st_ino)
                    return "it is not there";
                if (text_of(target) != dead.record())
                    return "it was followed";
                auto const last = breaks.at_last();
                if (last != done && last != refused.message())
                    return "the breaker at last: " + last;
                fs::remove(path);
                fs::remove(target);
                return what_is_left();
            });
    }
};

BOOST_FIXTURE_TEST_CASE(a_fifo_since_it_was_looked_at, replaced, *ut::precondition(can_trace))
{
    check_with([this] { BOOST_TEST(::mkfifo(next.c_str(), 0666) == 0); });
}

BOOST_FIXTURE_TEST_CASE(a_link_since_it_was_looked_at, replaced, *ut::precondition(can_trace))
{
    check_with([this] { fs::create_symlink(target, next); });
}

BOOST_FIXTURE_TEST_CASE(a_socket_since_it_was_looked_at, replaced, *ut::precondition(can_trace))
{
    check_with([this] { bind_socket(next); });
}

BOOST_FIXTURE_TEST_CASE(data_since_it_was_looked_at, replaced, *ut::precondition(can_trace))
{
    check_with([this] { write_text(next, "foreign data\n"); });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(trailing_slash_is_refused)
{
    auto const not_made = directory.string() + "/a/";
    BOOST_TEST(error_of(not_made));
    BOOST_TEST(fs::is_empty(directory));
    check_refused(directory.string() + '/', error::not_a_lock_file);
    put_dead();
    BOOST_TEST(error_of(path.string() + '/'));
    BOOST_TEST(text_of(path) == dead.record());
}

BOOST_AUTO_TEST_CASE(too_long_name_is_refused)
{
    check_refused(directory / std::string(256, 'x'), errc::filename_too_long);
}

BOOST_DATA_TEST_CASE_F(open_to_all, longest_names_work,
                       data::make({storage::local, storage::network}) * data::make({200, 240, 255}),
                       where, length)
{
    auto const longest = directory / std::string(static_cast<std::size_t>(length), 'x');
    options.where = where;
    {
        soft_file_lock lock(longest, options), other(longest, options);
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(!other.try_lock());
        lock.unlock();
        BOOST_TEST(other.try_lock());
    }
    // The temporary names of markers have less room than the path.
    put_dead(longest);
    {
        soft_file_lock lock(longest, options);
        auto const ec = error_of(lock);
        BOOST_TEST(!ec, ec.message());
    }
    // The probe file that reads the file system's clock has less room as well.
    write_text(longest, own_record(directory));
    make_old(longest);
    options.lifetime = 1min;
    soft_file_lock expires(longest, options);
    auto const expired = error_of(expires);
    BOOST_TEST(!expired, expired.message());
    BOOST_TEST(names_in(directory).size() == 1u);
}

BOOST_AUTO_TEST_CASE(name_need_not_be_utf_8)
{
    auto const odd = directory / "\xff\xfe\x80.lock";
    put_dead(odd);
    soft_file_lock lock(odd), other(odd);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!other.try_lock());
}

BOOST_AUTO_TEST_CASE(relative_path_keeps_its_directory)
{
    child elsewhere([&] {
        fs::current_path(directory);
        soft_file_lock lock("test.lock");
        fs::create_directory("other");
        fs::current_path("other");
        lock.lock();
        return fs::exists(path) && fs::is_empty(directory / "other") ? 0 : 1;
    });
    BOOST_TEST(elsewhere.wait() == 0);
}

BOOST_AUTO_TEST_CASE(removed_directory_is_created_again)
{
    child elsewhere([&] {
        auto const gone = directory / "gone";
        fs::create_directory(gone);
        fs::current_path(gone);
        soft_file_lock before("x.lock");
        fs::remove(gone);
        for (auto const limit : {0ms, 50ms}) {
            soft_file_lock there("/proc/self/cwd/x.lock", with_limit());
            if (error_of(there, limit) != errc::no_such_file_or_directory)
                return 1;
        }
        before.lock(); // at the original path; the directory is created again
        return fs::exists(gone / "x.lock") ? 0 : 2;
    });
    BOOST_TEST(elsewhere.wait() == 0);
}

BOOST_AUTO_TEST_CASE(link_to_the_directory_is_followed)
{
    auto const link = directory / "link";
    fs::create_directory(directory / "real");
    fs::create_symlink("real", link);
    soft_file_lock lock(link / "x.lock"), other(directory / "real" / "x.lock");
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!other.try_lock());
    lock.unlock();
    put_dead(link / "x.lock");
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!other.try_lock());
}

BOOST_AUTO_TEST_CASE(parent_that_is_no_directory_is_refused)
{
    write_text(directory / "file", "data");
    check_refused(directory / "file" / "x.lock", errc::not_a_directory);
    fs::create_symlink("loop", directory / "loop");
    check_refused(directory / "loop" / "x.lock", errc::too_many_symbolic_link_levels);
}

BOOST_AUTO_TEST_CASE(missing_parent_directory_is_refused_if_not_to_be_made)
{
    options.create_directories = false;
    check_refused(directory / "a" / "x.lock", errc::no_such_file_or_directory, options);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
