// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Signals to `filelock run`: while it waits for the lock, and while the command runs.

#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"
#include "support/tool.hpp"

#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/directory.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

using namespace filelock_test;
namespace fs = boost::filesystem;
namespace filelock = boost::filelock;

namespace {

struct named_signal
{
    char const* name;
    int number;

    friend std::ostream& operator<<(std::ostream& out, named_signal const& s)
    {
        return out << s.name;
    }
};

named_signal const forwarded[] = {{"TERM", SIGTERM}, {"INT", SIGINT},   {"HUP", SIGHUP},
                                  {"QUIT", SIGQUIT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};

/// Returns the child of a process, or 0 if it has none.
pid_t child_of(pid_t parent)
{
    for (auto const& entry : fs::directory_iterator("/proc")) {
        std::ifstream in((entry.path() / "stat").string());
        std::string line;
        std::getline(in, line);
        auto const end = line.rfind(')');
        char state = 0;
        pid_t found = 0;
        if (end != line.npos &&
            std::sscanf(line.c_str() + end + 1, " %c %d", &state, &found) == 2 && found == parent)
            return std::stoi(entry.path().filename().string());
    }
    return 0;
}

bool is_free(fs::path const& path)
{
    return run_program(tool("run", {"-n", path.string(), "true"})).status == 0;
}

program_setup on_terminal()
{
    program_setup setup;
    setup.columns = 80;
    return setup;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_signals, temporary_directory)

BOOST_DATA_TEST_CASE(signal_is_forwarded_to_the_command, forwarded, signal)
{
    auto const script = std::string("trap 'kill -9 $!; echo got; exit 9' ") + signal.name +
                        "; sleep 1000 & echo ready; wait; exit 1";
    program p(tool("run", {path.string(), "sh", "-c", script}));
    p.wait_for_out("ready");
    p.kill(signal.number);
    BOOST_TEST(p.wait() == 9);
    BOOST_TEST(p.out() == "ready\ngot\n");
    // The killed `sleep` may still have the descriptor.
    BOOST_TEST(run_program(tool("run", {path.string(), "true"})).status == 0);
}

BOOST_DATA_TEST_CASE(signal_ends_the_command, forwarded, signal)
{
    program p(tool("run", {path.string(), "sh", "-c", "ulimit -c 0; echo ready; exec sleep 1000"}));
    p.wait_for_out("ready");
    p.kill(signal.number);
    BOOST_TEST(p.wait() == 128 + signal.number);
    BOOST_TEST(is_free(path));
}

// `run` must not forward what the terminal has sent to both. It is stopped until the command has
// handled that: two signals at once could be handled as one. The kernel delivers INT before USR1,
// which ends the command.
BOOST_AUTO_TEST_CASE(terminal_interrupts_the_command_once)
{
    program p(tool("run", {path.string(), "sh", "-c",
                           "trap 'echo got' INT; trap 'kill -9 $!; exit 4' USR1; sleep 1000 & "
                           "echo ready; while :; do wait; done"}),
              on_terminal());
    p.wait_for_out("ready");
    p.kill(SIGSTOP);
    p.write("\003");
    p.wait_for_out("got");
    p.kill(SIGUSR1);
    p.kill(SIGCONT);
    BOOST_TEST(p.wait() == 4);
    BOOST_TEST(p.out().find("got", p.out().find("got") + 1) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(stopped_command_is_waited_for)
{
    program p(tool("run", {path.string(), "sh", "-c", "echo $$; read line; exit 3"}));
    p.wait_for_out("\n");
    auto const pid = std::stoi(p.out());
    BOOST_TEST(::kill(pid, SIGSTOP) == 0);
    p.write("\n");
    wait_until_quiet(p.pid());
    BOOST_TEST(!is_free(path));
    BOOST_TEST(::kill(pid, SIGCONT) == 0);
    BOOST_TEST(p.wait() == 3);
}

BOOST_DATA_TEST_CASE(signal_ends_the_wait, forwarded, signal)
{
    filelock::file_lock lock(path);
    lock.lock();
    program p(tool("run", {path.string(), "true"}));
    wait_until_blocked(p.pid(), path.string());
    p.kill(signal.number);
    BOOST_TEST(p.wait() == -signal.number);
    lock.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_DATA_TEST_CASE(signal_ends_the_wait_on_a_terminal,
                     boost::unit_test::data::make({"file", "directory"}), what)
{
    auto const target = (what == std::string("file") ? path : directory).string();
    program holder(tool("run", {target, "sh", "-c", "echo held; read line"}));
    holder.wait_for_out("held");
    program p(tool("run", {target, "true"}), on_terminal());
    p.wait_for_out("waiting");
    p.write("\003");
    BOOST_TEST(p.wait() == -SIGINT);
    std::string const clear = "\r\033[K";
    auto const end = p.out().substr(p.out().rfind("waiting"));
    BOOST_TEST(end.find(clear) != end.npos);
    holder.write("\n");
    BOOST_TEST(holder.wait() == 0);
    BOOST_TEST(run_program(tool("run", {"-n", target, "true"})).status == 0);
}

// As under nohup(1). Each line follows an attempt that would have found the signal.
BOOST_AUTO_TEST_CASE(ignored_signal_does_not_end_the_wait)
{
    program holder(tool("run", {path.string(), "sh", "-c", "echo held; read line"}));
    holder.wait_for_out("held");
    auto setup = on_terminal();
    setup.prepare = [] { ::signal(SIGHUP, SIG_IGN); };
    program p(tool("run", {path.string(), "echo", "got"}), setup);
    p.wait_for_out("waiting");
    p.kill(SIGHUP);
    p.wait_for_out("waiting", 3);
    holder.write("\n");
    BOOST_TEST(p.wait() == 0);
    BOOST_TEST(p.out().find("got") != std::string::npos);
}

/// A shell whose descriptor 9 is that of the file, and a waiter for its lock.
struct waiter_on_descriptor : temporary_directory
{
    explicit waiter_on_descriptor(std::string const& limit = "1000")
        : shell({"sh", "-c",
                 "exec 9>" + path.string() + "; echo open; read line; '" + tool_path() +
                     "' run -w " + limit + " 9 & echo $!; wait $!; echo status $?; read line"})
    {
        shell.wait_for_out("open\n");
        lock.lock();
        shell.write("\n");
        shell.wait_for_out("\n", 2);
        waiter = std::stoi(shell.out().substr(5));
    }

    filelock::file_lock lock{path};
    program shell;
    pid_t waiter = 0;
};

BOOST_AUTO_TEST_CASE(killed_waiter_leaves_descriptor_unlocked)
{
    for (int const signal : {SIGKILL, SIGTERM}) {
        waiter_on_descriptor w;
        pid_t blocked = 0;
        BOOST_TEST_REQUIRE(comes_true([&] { return (blocked = child_of(w.waiter)) != 0; }));
        wait_until_blocked(blocked, w.path.string());
        BOOST_TEST(::kill(w.waiter, signal) == 0);
        w.shell.wait_for_out("status " + std::to_string(128 + signal) + "\n");
        // The kernel kills the child, which no longer waits.
        BOOST_TEST(comes_true([&] {
            std::ifstream list("/proc/locks");
            std::string const text{std::istreambuf_iterator<char>(list), {}};
            return text.find(" " + std::to_string(blocked) + " ") == text.npos;
        }));
        w.lock.unlock();
        BOOST_TEST(w.lock.try_lock());
    }
}

BOOST_AUTO_TEST_CASE(expired_wait_leaves_descriptor_unlocked)
{
    waiter_on_descriptor w("0.05");
    w.shell.wait_for_out("status 1\n");
    w.lock.unlock();
    BOOST_TEST(w.lock.try_lock());
}

BOOST_AUTO_TEST_CASE(waiter_on_descriptor_gets_the_lock)
{
    waiter_on_descriptor w;
    pid_t blocked = 0;
    BOOST_TEST_REQUIRE(comes_true([&] { return (blocked = child_of(w.waiter)) != 0; }));
    wait_until_blocked(blocked, w.path.string());
    w.lock.unlock();
    w.shell.wait_for_out("status 0\n");
    BOOST_TEST(!w.lock.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
