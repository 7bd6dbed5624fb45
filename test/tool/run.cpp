// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock run` with kernel locks: arguments, inheritance, and the line on a terminal.

#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/temporary_directory.hpp"
#include "support/tool.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace filelock_test;
namespace fs = boost::filesystem;
namespace filelock = boost::filelock;

namespace {

outcome run(words const& arguments)
{
    return run_program(tool("run", arguments));
}

/// The arguments, separated by spaces, in a text.
words split(std::string const& text)
{
    std::istringstream in(text);
    words result;
    for (std::string word; in >> word;)
        result.push_back(word);
    return result;
}

std::string pid_text(program const& p)
{
    return std::to_string(p.pid());
}

char const* const wrong[] = {
    "--kind no_lock f true",
    "--kind soft_file_lock 9",
    "--kind read_write_lock 9",
    "--backend record 9",
    "--permissions 600 9",
    "-u --kind read_write_lock f true",
    "-u --kind soft_file_lease f true",
    "-u --backend both f true",
    "-s --kind soft_file_lock f true",
    "-s --kind strict_soft_file_lock f true",
    "-s --kind soft_file_lease f true",
    "-F --kind soft_file_lock f true",
    "-F --kind strict_soft_file_lock f true",
    "-F --kind soft_file_lease f true",
    "-F --kind soft_read_write_lock f true",
    "--fence-env N f true",
    "--fence-env N --kind soft_file_lock f true",
    "--fence-env N=1 --kind soft_file_lease f true",
    "--duration 3 f true",
    "--lifetime 3 f true",
    "--heartbeat-interval 3 f true",
    "--backend record --kind soft_file_lock f true",
    "--permissions 8 f true",
    "--poll-interval 0 f true",
    "f --",
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_command, temporary_directory)

BOOST_AUTO_TEST_CASE(help_names_options_and_statuses)
{
    auto const help = run({"--help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(help.err == "");
    for (auto const* part : {"Usage: filelock run [OPTIONS] PATH", "--shared", "--no-fork",
                             "--fence-env NAME", "75", "--kind KIND"})
        BOOST_TEST(contains(help.out, part), part << " is not in the help");
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);)
        BOOST_TEST(line.size() <= 100U);
    BOOST_TEST(run_program(tool("help", {"run"})).out == help.out);
    BOOST_TEST(run({"-h"}).out == help.out);
    BOOST_TEST(contains(run({"--version"}).out, "filelock "));
}

BOOST_DATA_TEST_CASE(wrong_arguments_are_refused, wrong, text)
{
    auto const result = run(split(text));
    BOOST_TEST(result.status == 64);
    BOOST_TEST(result.out == "");
    BOOST_TEST(result.err != "");
    BOOST_TEST(!fs::exists("f"));
}

BOOST_AUTO_TEST_CASE(dashes_may_precede_the_command)
{
    BOOST_TEST(run({path.string(), "--", "echo", "--", "-n"}).out == "-- -n\n");
    BOOST_TEST(run({"--", path.string(), "--", "echo", "a"}).out == "a\n");
    BOOST_TEST(run({"-x", path.string(), "--", "echo", "-c"}).out == "-c\n");
}

BOOST_AUTO_TEST_CASE(failures_name_path_and_kind)
{
    auto const missing = (directory / "no" / "f").string();
    auto const result = run({missing, "true"});
    BOOST_TEST(result.status == 66);
    BOOST_TEST(result.err == "filelock: " + missing + " (file_lock): No such file or directory\n");
    BOOST_TEST(!fs::exists(directory / "no"));
    auto const at_directory = run({"--kind", "read_write_lock", directory.string(), "true"});
    BOOST_TEST(at_directory.status == 65);
    BOOST_TEST(contains(at_directory.err, directory.string() + " (read_write_lock)"));
    // A terminal would obey the bytes.
    auto const odd = run({(directory / "\033[2J" / "f").string(), "true"});
    BOOST_TEST(!contains(odd.err, "\033"));
    BOOST_TEST(run({path.string(), "no\033command"}).err ==
               "filelock: no?command: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(command_starts_with_the_signals_of_run)
{
    words const command{"grep", "^Sig[BIC]", "/proc/self/status"};
    auto under_run = command, replacing = command, under_directory = command;
    under_run.insert(under_run.begin(), path.string());
    replacing.insert(replacing.begin(), {"-F", path.string()});
    under_directory.insert(under_directory.begin(), {"-w", "1", directory.string()});
    auto const expected = run_program(command).out;
    BOOST_TEST(run(under_run).out == expected);
    BOOST_TEST(run(replacing).out == expected);
    BOOST_TEST(run(under_directory).out == expected);

    program_setup odd;
    odd.prepare = [] {
        sigset_t blocked;
        ::sigemptyset(&blocked);
        ::sigaddset(&blocked, SIGUSR2);
        ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
        ::signal(SIGINT, SIG_IGN);
    };
    BOOST_TEST(run_program(tool("run", under_run), odd).out == run_program(command, odd).out);
}

BOOST_AUTO_TEST_CASE(backends_exclude_programs_that_use_them)
{
    filelock::file_lock_options options;
    options.backend = filelock::kernel_lock::record;
    filelock::file_lock record(path, options);
    record.lock();
    BOOST_TEST(run({"-n", path.string(), "true"}).status == 0);
    BOOST_TEST(run({"-n", "--backend", "record", path.string(), "true"}).status == 1);
    BOOST_TEST(run({"-n", "--backend", "both", path.string(), "true"}).status == 1);
    record.unlock();
    program p(tool("run", {"--backend", "both", path.string(), "sh", "-c", "echo on; read line"}));
    p.wait_for_out("on");
    BOOST_TEST(!record.try_lock());
    filelock::file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
}

BOOST_AUTO_TEST_CASE(permissions_are_set)
{
    BOOST_TEST(run({"--permissions", "640", path.string(), "true"}).status == 0);
    BOOST_TEST(fs::status(path).permissions() == fs::perms(0640));
}

// The descriptor of a `read_write_lock` is inherited like that of a `file_lock`.
BOOST_DATA_TEST_CASE(children_inherit_read_write_lock,
                     boost::unit_test::data::make({"-x", "-s", "-F", "-o"}), option)
{
    auto const under_lock = [&](std::string const& script) {
        return run({option, "--kind", "read_write_lock", path.string(), "sh", "-c", script});
    };
    filelock::read_write_lock lock(path);
    auto const child = under_lock("sleep 1000 >/dev/null 2>&1 & echo $!");
    auto const pid = std::stoi(child.out);
    bool const is_held = option != std::string("-o");
    BOOST_TEST(lock.try_lock() == !is_held);
    if (!is_held)
        lock.unlock();
    if (option == std::string("-s")) {
        BOOST_TEST(lock.try_lock_shared());
        lock.unlock_shared();
    }
    BOOST_TEST(::kill(pid, SIGKILL) == 0);
    lock.lock();
}

// The line names the holder and the time even where there is room for little.
BOOST_DATA_TEST_CASE(terminal_shows_wait,
                     boost::unit_test::data::make({"file", "directory", "read-only file"}) *
                         boost::unit_test::data::make({"", "-w1000"}),
                     what, limit)
{
    auto const target = what == std::string("directory") ? directory : path;
    write_text(path, "");
    if (what == std::string("read-only file"))
        fs::permissions(path, fs::perms(0444));
    program holder(tool("run", {"-F", target.string(), "sh", "-c", "echo held; read line"}));
    holder.wait_for_out("held");
    program_setup narrow;
    narrow.columns = 40;
    words arguments{target.string(), "echo", "got"};
    if (*limit)
        arguments.insert(arguments.begin(), limit);
    program waiter(tool("run", arguments), narrow);
    waiter.wait_for_out("waiting 0 ms for " + pid_text(holder));
    waiter.wait_for_out(" s for " + pid_text(holder));
    holder.write("\n");
    BOOST_TEST(waiter.wait() == 0);
    auto const& screen = waiter.out();
    std::string const clear = "\r\033[K";
    BOOST_TEST(contains(screen, clear + "got"));
    for (std::size_t at = 0; (at = screen.find("waiting", at)) != screen.npos; ++at)
        BOOST_TEST(screen.find('\r', at) - at < 40U);
}

BOOST_AUTO_TEST_CASE(pipe_shows_nothing)
{
    program holder(tool("run", {path.string(), "sh", "-c", "echo held; read line"}));
    holder.wait_for_out("held");
    program waiter(tool("run", {path.string(), "echo", "got"}));
    wait_until_blocked(waiter.pid(), path.string());
    holder.write("\n");
    BOOST_TEST(waiter.wait() == 0);
    BOOST_TEST(waiter.out() == "got\n");
    BOOST_TEST(waiter.err() == "");
    BOOST_TEST(holder.err() == "");
}

BOOST_AUTO_TEST_SUITE_END()
