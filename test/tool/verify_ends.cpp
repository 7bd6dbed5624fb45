// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock verify` that ends early, and its output on a terminal. Nothing may be left in the
// directory.

#include <boost/test/unit_test.hpp>

#include "support/privileges.hpp"
#include "support/verify_runs.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <pty.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace filelock_test;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

std::vector<pid_t> children_of(pid_t process)
{
    auto const id = std::to_string(process);
    std::ifstream list("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> result;
    for (pid_t child; list >> child;)
        result.push_back(child);
    return result;
}

/// Returns whether the process has ended. A zombie, which its new parent may leave, has no command
/// line.
bool has_ended(pid_t process)
{
    std::ifstream command("/proc/" + std::to_string(process) + "/cmdline");
    return command.peek() == std::ifstream::traits_type::eof();
}

/// Returns whether the race for the lock has begun.
bool has_begun(fs::path const& directory, std::string const& kind)
{
    boost::system::error_code ec;
    for (fs::directory_iterator it(directory, ec), end; !ec && it != end; it.increment(ec))
        if (fs::exists(it->path() / kind, ec))
            return true;
    return false;
}

/// A race of hours.
struct long_run : temporary_directory
{
    verify_process running{
        verify_command({"--seconds", "9999", "--kind", "file_lock", directory.native()})};

    long_run()
    {
        BOOST_REQUIRE(comes_true([this] { return has_begun(directory, "file_lock"); }));
    }
};

/// Runs the command on a pseudo-terminal of 40 columns. Returns what it has written there.
std::string on_terminal(words const& command)
{
    ::winsize const size{24, 40, 0, 0};
    int terminal = -1;
    auto const process = ::forkpty(&terminal, nullptr, nullptr, &size);
    if (process == -1)
        throw std::system_error(errno, std::generic_category(), "forkpty");
    if (process == 0) {
        std::vector<char*> argv;
        for (auto const& word : command)
            argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    std::string all;
    char part[1024];
    for (ssize_t n; (n = ::read(terminal, part, sizeof part)) > 0;)
        all.append(part, static_cast<std::size_t>(n));
    ::close(terminal);
    int status = 0;
    BOOST_TEST(::waitpid(process, &status, 0) == process);
    BOOST_TEST(status == 0);
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(verify_ends)

BOOST_DATA_TEST_CASE_F(long_run, signal_ends_it_without_a_trace,
                       data::make({SIGINT, SIGTERM, SIGHUP}), signal)
{
    auto const workers = children_of(running.process().pid());
    BOOST_TEST(workers.size() == 4u);
    running.process().kill(signal);
    BOOST_TEST(running.output().empty());
    BOOST_TEST(running.process().wait() == -signal);
    BOOST_TEST(running.errors().empty());
    BOOST_TEST(fs::is_empty(directory));
    for (auto const worker : workers)
        BOOST_TEST(::kill(worker, 0) == -1);
}

// As a shell starts a background job.
BOOST_FIXTURE_TEST_CASE(ignored_signal_stays_ignored, temporary_directory)
{
    verify_process running({"/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\"", tool_path(),
                            "verify", "--seconds", "0.5", "--kind", "file_lock",
                            directory.native()});
    BOOST_REQUIRE(comes_true([this] { return has_begun(directory, "file_lock"); }));
    running.process().kill(SIGINT);
    BOOST_TEST(!running.output().empty());
    BOOST_TEST(running.process().wait() == 0);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_FIXTURE_TEST_CASE(end_of_a_worker_is_an_error, long_run)
{
    auto const workers = children_of(running.process().pid());
    BOOST_REQUIRE(workers.size() == 4u);
    BOOST_TEST(::kill(workers[2], SIGKILL) == 0);
    BOOST_TEST(running.output().empty());
    BOOST_TEST(running.process().wait() == 69);
    BOOST_TEST(running.errors() == "filelock: a process of the measurement has ended\n");
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_FIXTURE_TEST_CASE(workers_end_with_the_coordinator, long_run)
{
    auto const workers = children_of(running.process().pid());
    running.process().kill(SIGKILL);
    BOOST_TEST(running.process().wait() == -SIGKILL);
    for (auto const worker : workers)
        BOOST_TEST(comes_true([=] { return has_ended(worker); }));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_removed_is_reported, *boost::unit_test::precondition(can_mount))
{
    enter_own_mounts();
    long_run run;
    auto const place = fs::directory_iterator(run.directory)->path(), busy = place / "busy";
    fs::create_directory(busy);
    mount("none", busy.native(), "tmpfs");
    run.running.process().kill(SIGINT);
    BOOST_TEST(run.running.process().wait() == -SIGINT);
    BOOST_TEST(
        boost::starts_with(run.running.errors(), "filelock: cannot remove " + place.native()),
        run.running.errors());
    BOOST_TEST(::umount(busy.c_str()) == 0);
}

BOOST_FIXTURE_TEST_CASE(terminal_of_40_columns, temporary_directory)
{
    auto const both = on_terminal(verify_command(
        {"--seconds", "0.2", "--kind", "strict_soft_file_lock,file_lock", directory.native()}));
    BOOST_TEST(boost::contains(both, "] file_lock, "), both);
    // The progress is cut, and goes before the result.
    auto const erase = std::string("\r\033[K");
    auto const last = both.rfind(erase);
    BOOST_REQUIRE(last != std::string::npos);
    auto const lines =
        boost::replace_all_copy(boost::replace_all_copy(both, erase, "\n"), "\r", "");
    std::istringstream each(lines);
    for (std::string line; std::getline(each, line);)
        BOOST_TEST(line.size() <= 40u, line);
    auto const result = boost::replace_all_copy(both.substr(last + erase.size()), "\r", "");
    BOOST_TEST(boost::starts_with(result, "file_lock\n  excludes  yes\n  finishes  yes, "), result);
    BOOST_TEST(boost::contains(result, "\nstrict_soft_file_lock\n  excludes  yes\n"), result);
}

BOOST_FIXTURE_TEST_CASE(pipe_gets_no_progress, temporary_directory)
{
    auto const seen = run_verify({"--seconds", "0.1", "--kind", "file_lock", directory.native()});
    BOOST_TEST(seen.err.empty());
    BOOST_TEST(boost::starts_with(seen.out, "kind  "), seen.out);
    BOOST_TEST(seen.out.find('\033') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
