// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Paths at which no lock is possible. The error has the right code, nothing is left, and no call
// hangs.

#include <boost/test/unit_test.hpp>

#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/exception.hpp>
#include <boost/system/errc.hpp>

#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using boost::filelock::error;
using boost::filelock::file_lock;
using boost::filelock::lock_error;
using boost::system::error_code;
using namespace filelock_test;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Checks that every way to acquire the lock reports the same error at once and leaves no
/// descriptor.
template <class Expected>
void check_refused(fs::path const& path, Expected expected)
{
    auto const before = open_descriptors();
    file_lock lock(path);
    BOOST_TEST((error_of([&] { (void)lock.try_lock(); }) == expected));
    BOOST_TEST((error_of([&] { (void)lock.try_lock_for(std::chrono::hours(1)); }) == expected));
    BOOST_TEST((error_of([&] { lock.lock(); }) == expected));
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(open_descriptors() == before);
}

/// Sets fs.protected_regular for a while if it is off. The setting only adds restrictions.
class protected_regular_files
{
public:
    protected_regular_files()
    {
        std::ifstream(name) >> before_;
        if (before_ == 0)
            std::ofstream(name) << 1 << std::flush;
    }
    protected_regular_files(protected_regular_files const&) = delete;
    protected_regular_files& operator=(protected_regular_files const&) = delete;
    ~protected_regular_files()
    {
        if (before_ == 0)
            std::ofstream(name) << 0 << std::flush;
    }

    static bool are_on()
    {
        int level = 0;
        return std::ifstream(name) >> level && level > 0;
    }

private:
    static constexpr char const* name = "/proc/sys/fs/protected_regular";
    int before_ = 0;
};

boost::test_tools::assertion_result can_protect_regular_files(ut::test_unit_id)
{
    protected_regular_files const meanwhile;
    boost::test_tools::assertion_result result(protected_regular_files::are_on());
    result.message() << "sysctl fs.protected_regular is off and cannot be set";
    return result;
}

int refuses_nobody(fs::path const& path)
{
    return as_nobody([&] {
        file_lock lock(path);
        return error_of([&] { lock.lock(); }) == errc::permission_denied ? 0 : 1;
    });
}

} // namespace

struct fixture : temporary_directory
{
    // Returns an option of strace that affects only calls for this path.
    std::string at_path(std::string const& injection) const
    {
        return "-P '" + path.string() + "' -e inject=" + injection;
    }
};

BOOST_FIXTURE_TEST_SUITE(bad_paths, fixture)

BOOST_AUTO_TEST_CASE(directory_is_refused)
{
    check_refused(directory, errc::is_a_directory);
    check_refused(directory / "", errc::is_a_directory);
}

BOOST_AUTO_TEST_CASE(fifo_is_refused)
{
    BOOST_TEST(::mkfifo(path.c_str(), 0666) == 0);
    check_refused(path, error::not_a_lock_file);
}

BOOST_AUTO_TEST_CASE(socket_is_refused)
{
    int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_TEST(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    check_refused(path, error::not_a_lock_file);
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(device_is_refused)
{
    check_refused("/dev/null", error::not_a_lock_file);
}

BOOST_AUTO_TEST_CASE(symbolic_link_is_not_followed)
{
    auto const target = directory / "target";
    fs::create_symlink(target, path);
    check_refused(path, error::not_a_lock_file);
    BOOST_TEST(!fs::exists(target));
    std::ofstream(target.string()) << "data";
    check_refused(path, error::not_a_lock_file);
    BOOST_TEST(fs::file_size(target) == 4u);
}

BOOST_AUTO_TEST_CASE(file_in_place_of_a_parent_is_an_error)
{
    std::ofstream(path.string()) << "data";
    check_refused(path / "x.lock", errc::not_a_directory);
}

BOOST_AUTO_TEST_CASE(loop_of_links_is_an_error)
{
    fs::create_symlink("loop", directory / "loop");
    check_refused(directory / "loop" / "x.lock", errc::too_many_symbolic_link_levels);
}

BOOST_AUTO_TEST_CASE(name_that_is_too_long_is_an_error)
{
    check_refused(directory / std::string(256, 'x'), errc::filename_too_long);
    file_lock longest(directory / std::string(255, 'x'));
    BOOST_TEST(longest.try_lock());
}

BOOST_AUTO_TEST_CASE(name_that_is_not_utf_8_works)
{
    auto const odd = directory / "\xff\xfe\x80.lock";
    file_lock lock(odd), other(odd);
    lock.lock();
    BOOST_TEST(!other.try_lock());
    fs::create_directory(directory / "\xff");
    check_refused(directory / "\xff", errc::is_a_directory);
}

BOOST_AUTO_TEST_CASE(empty_path_and_null_character_are_refused)
{
    BOOST_CHECK_THROW(file_lock(""), std::invalid_argument);
    BOOST_CHECK_THROW(file_lock(std::string("a\0b", 3)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(missing_parent_is_an_error_without_create_directories)
{
    boost::filelock::file_lock_options options;
    options.create_directories = false;
    file_lock lock(directory / "a" / "b.lock", options);
    BOOST_TEST((error_of([&] { lock.lock(); }) == errc::no_such_file_or_directory));
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(removed_working_directory_is_an_error_for_relative_paths)
{
    child elsewhere([&] {
        auto const gone = directory / "gone";
        fs::create_directory(gone);
        fs::current_path(gone);
        file_lock before("x.lock");
        fs::remove(gone);
        file_lock there("/proc/self/cwd/x.lock");
        if (!(error_of([&] { there.lock(); }) == errc::no_such_file_or_directory))
            return 1;
        try {
            file_lock relative("x.lock");
            return 2;
        } catch (fs::filesystem_error const& e) {
            if (!(e.code() == errc::no_such_file_or_directory))
                return 3;
        }
        before.lock(); // the path is absolute, so the directory is made again
        return fs::exists(gone / "x.lock") ? 0 : 4;
    });
    BOOST_TEST(elsewhere.wait() == 0);
}

BOOST_AUTO_TEST_CASE(directory_without_write_permission_is_an_error, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0555));
    BOOST_TEST(refuses_nobody(path) == 0);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(missing_parent_that_may_not_be_made_is_an_error, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0555));
    BOOST_TEST(refuses_nobody(directory / "a" / "b.lock") == 0);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(file_without_permission_is_an_error, *ut::precondition(is_root))
{
    std::ofstream(path.string()) << "data";
    fs::permissions(path, fs::perms(0600));
    BOOST_TEST(refuses_nobody(path) == 0);
    fs::permissions(path, fs::perms(0444)); // an exclusive lock needs write permission
    BOOST_TEST(refuses_nobody(path) == 0);
    BOOST_TEST(fs::file_size(path) == 4u);
}

BOOST_AUTO_TEST_CASE(file_of_another_user_in_a_sticky_directory_is_locked,
                     *ut::precondition(is_root) * ut::precondition(can_protect_regular_files))
{
    protected_regular_files const meanwhile;
    // Linux refuses O_CREAT there, although every user may write the file.
    constexpr uid_t daemon = 1;
    fs::permissions(directory, fs::perms(01777));
    std::ofstream(path.string()) << "data";
    BOOST_TEST(::chown(path.c_str(), daemon, daemon) == 0);
    fs::permissions(path, fs::perms(0666));
    BOOST_TEST(as_nobody([&] {
                   file_lock lock(path);
                   return lock.try_lock() ? 0 : 1;
               }) == 0);
    fs::permissions(path, fs::perms(0600));
    BOOST_TEST(refuses_nobody(path) == 0);
}

BOOST_AUTO_TEST_CASE(open_that_may_not_create_finds_the_file, *ut::precondition(can_trace))
{
    // Tests the same on machines where the case above is skipped.
    std::ofstream(path.string()) << "data";
    child opens([&] {
        hear();
        file_lock lock(path);
        return lock.try_lock() ? 0 : 1;
    });
    tracer const injects(opens.pid(), at_path(calls_for("open") + ":error=EACCES:when=1"));
    opens.write_line("go");
    BOOST_TEST(opens.wait() == 0);
}

BOOST_AUTO_TEST_CASE(error_of_flock_is_reported, *ut::precondition(can_trace))
{
    for (auto const& [name, code] :
         {std::pair<std::string, error_code>{"ENOLCK", make_error_code(errc::no_lock_available)},
          {"EOPNOTSUPP", error::kernel_lock_not_supported},
          {"ENOSYS", error::kernel_lock_not_supported},
          {"EIO", make_error_code(errc::io_error)}}) {
        child locks([&, expected = code] {
            hear();
            auto const before = open_descriptors();
            file_lock lock(path);
            bool const same =
                error_of([&] { (void)lock.try_lock(); }) == expected.default_error_condition();
            bool const left = open_descriptors() != before;
            return !same ? 1 : left || lock.is_locked() ? 2 : lock.try_lock() ? 0 : 3;
        });
        tracer const injects(locks.pid(), at_path("flock:error=" + name + ":when=1"));
        locks.write_line("go");
        BOOST_TEST(locks.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(permissions_of_another_users_file_cannot_be_set, *ut::precondition(is_root))
{
    std::ofstream(path.string()) << "data";
    fs::permissions(path, fs::perms(0666));
    BOOST_TEST(as_nobody([&] {
                   boost::filelock::file_lock_options options;
                   options.permissions = fs::perms(0600);
                   file_lock lock(path, options);
                   auto const ec = error_of([&] { lock.lock(); });
                   return ec == errc::operation_not_permitted && !lock.is_locked() ? 0 : 1;
               }) == 0);
    file_lock lock(path);
    BOOST_TEST(lock.try_lock()); // the attempt left nothing
}

BOOST_AUTO_TEST_CASE(error_of_a_wait_in_the_kernel_is_reported, *ut::precondition(can_trace))
{
    file_lock holder(path);
    holder.lock();
    child locks([&] {
        hear();
        file_lock lock(path);
        return error_of([&] { lock.lock(); }) == errc::permission_denied ? 0 : 1;
    });
    tracer const injects(locks.pid(), at_path("flock:error=EACCES:when=2+"));
    locks.write_line("go");
    BOOST_TEST(locks.wait() == 0);
}

BOOST_AUTO_TEST_CASE(lease_of_another_process_makes_the_lock_busy)
{
    std::ofstream(path.string()) << "data";
    child leases([&] {
        ::signal(SIGIO, SIG_IGN); // the kernel's request to end the lease
        int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (::fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
            return 1;
        say("leased");
        hear();
        return 0;
    });
    leases.expect("leased");
    file_lock lock(path, {std::chrono::milliseconds(1)});
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(std::chrono::milliseconds(5)));
    leases.write_line("enough");
    BOOST_TEST(lock.try_lock_for(patience));
    BOOST_TEST(leases.wait() == 0);
}

BOOST_AUTO_TEST_CASE(fifo_that_replaces_the_file_ends_a_sleep)
{
    file_lock holder(path);
    holder.lock();
    child sleeper([&] {
        file_lock lock(path);
        return error_of([&] { lock.lock(); }) == error::not_a_lock_file ? 0 : 1;
    });
    wait_until_blocked(sleeper.pid(), path.string());
    fs::rename(path, directory / "elsewhere");
    BOOST_TEST(::mkfifo(path.c_str(), 0666) == 0);
    int const fifo = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST(::flock(fifo, LOCK_EX) == 0);
    holder.unlock();
    BOOST_TEST(sleeper.wait() == 0);
    ::close(fifo);
}

// Checks that the waiter keeps no file that the path does not name.
void check_waiter_moves_on(fs::path const& path, std::function<void()> const& replace)
{
    boost::filelock::file_lock_options options;
    options.poll_interval = std::chrono::milliseconds(1);
    file_lock holder(path);
    holder.lock();
    child waiter([&] {
        file_lock lock(path, options);
        say("waiting"); // by now the child has closed its copy of the holder's descriptor
        say(lock.try_lock_for(patience) ? "held" : "timed out");
        hear();
        return 0;
    });
    waiter.expect("waiting");
    wait_until_open(waiter.pid(), path.string());
    replace();
    waiter.expect("held");
    file_lock other(path);
    BOOST_TEST(!other.try_lock());
    waiter.write_line("enough");
    BOOST_TEST(waiter.wait() == 0);
}

BOOST_AUTO_TEST_CASE(waiter_moves_on_when_the_file_is_removed)
{
    check_waiter_moves_on(path, [&] { fs::remove(path); });
}

BOOST_AUTO_TEST_CASE(waiter_moves_on_when_the_file_is_renamed)
{
    check_waiter_moves_on(path, [&] { fs::rename(path, directory / "elsewhere"); });
}

BOOST_AUTO_TEST_CASE(waiter_moves_on_when_the_file_is_replaced)
{
    auto const next = directory / "next";
    std::ofstream(next.string()) << "next";
    check_waiter_moves_on(path, [&] { fs::rename(next, path); });
}

BOOST_AUTO_TEST_CASE(waiter_moves_on_when_a_file_with_another_name_is_replaced)
{
    auto const next = directory / "next";
    std::ofstream(next.string()) << "next";
    std::ofstream(path.string()) << "first";
    fs::create_hard_link(path, directory / "elsewhere");
    check_waiter_moves_on(path, [&] { fs::rename(next, path); });
}

BOOST_AUTO_TEST_SUITE_END()
