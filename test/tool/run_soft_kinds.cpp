// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock run` with the kinds whose holds end with the process.

#include "support/temporary_directory.hpp"
#include "support/tool.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <poll.h>

using namespace filelock_test;
namespace fs = boost::filesystem;

namespace {

/// A kind, and what it leaves for the next holder when it is free.
struct kind
{
    char const* name;
    std::vector<std::string> kept;
    bool is_freed_by_death = true;
    bool is_shared = false;

    friend std::ostream& operator<<(std::ostream& out, kind const& k)
    {
        return out << k.name << (k.is_shared ? " shared" : "");
    }
};

kind const kinds[] = {
    {"soft_file_lock", {}},
    {"strict_soft_file_lock",
     {"test.lock", "test.lock.filelock", "test.lock.filelock/claims"},
     false},
    {"soft_file_lease", {}},
    {"soft_read_write_lock", {"test.lock.readers"}},
    {"soft_read_write_lock", {"test.lock.readers"}, true, true},
};

struct soft : temporary_directory
{
    words arguments(kind const& k, words const& options, words const& command) const
    {
        words result{"--kind", k.name};
        if (k.is_shared)
            result.push_back("-s");
        result.insert(result.end(), options.begin(), options.end());
        result.push_back(path.string());
        result.insert(result.end(), command.begin(), command.end());
        return tool("run", result);
    }

    /// Runs a contender for the exclusive lock.
    outcome contend(kind k, words const& options = {"-n"}) const
    {
        k.is_shared = false;
        return run_program(arguments(k, options, {"echo", "ran"}));
    }

    /// Returns the names below the directory, sorted.
    std::vector<std::string> names() const
    {
        std::vector<std::string> result;
        for (auto const& entry : fs::recursive_directory_iterator(directory))
            result.push_back(fs::relative(entry.path(), directory).string());
        std::sort(result.begin(), result.end());
        return result;
    }

    void check_nothing_is_left(kind const& k) const
    {
        auto const found = names();
        BOOST_TEST(found == k.kept, boost::test_tools::per_element());
    }
};

program_setup on_terminal()
{
    program_setup setup;
    setup.columns = 80;
    return setup;
}

/// Waits until a process, whose number is not reused, has ended.
class end_of
{
public:
    explicit end_of(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
    end_of(end_of const&) = delete;
    end_of& operator=(end_of const&) = delete;
    ~end_of() { ::close(fd_); }

    bool comes() const
    {
        return comes_true([this] {
            ::pollfd p{fd_, POLLIN, 0};
            return ::poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
        });
    }

private:
    int fd_;
};

words const until_line{"sh", "-c", "echo held $$; read line; exit 5"};

pid_t pid_in(program& p)
{
    p.wait_for_out("\n");
    return std::stoi(p.out().substr(p.out().find(' ')));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_soft_kinds, soft)

BOOST_DATA_TEST_CASE(lock_is_held_while_the_command_runs, kinds, k)
{
    program holder(arguments(k, {}, until_line));
    holder.wait_for_out("held");
    BOOST_TEST(contend(k).status == 1);
    BOOST_TEST(contend(k, {"-w", "0.01", "-E", "7"}).status == 7);
    auto const sharer = run_program(arguments(k, {"-n"}, {"true"}));
    BOOST_TEST((sharer.status == 0) == k.is_shared);
    holder.write("\n");
    BOOST_TEST(holder.wait() == 5);
    BOOST_TEST(holder.err() == "");
    check_nothing_is_left(k);
    BOOST_TEST(contend(k).out == "ran\n");
}

BOOST_DATA_TEST_CASE(waiter_gets_the_lock, kinds, k)
{
    program holder(arguments(k, {}, until_line));
    holder.wait_for_out("held");
    auto exclusive = k;
    exclusive.is_shared = false;
    program waiter(arguments(exclusive, {}, {"echo", "got"}), on_terminal());
    waiter.wait_for_out("waiting 0 ms for " + std::to_string(holder.pid()));
    holder.write("\n");
    BOOST_TEST(holder.wait() == 5);
    BOOST_TEST(waiter.wait() == 0);
    waiter.wait_for_out("\r\033[Kgot");
    check_nothing_is_left(k);
}

// The descriptor of such a kind is not the command's, so that -o changes nothing.
BOOST_DATA_TEST_CASE(background_child_does_not_keep_the_lock, kinds, k)
{
    auto const result = run_program(
        arguments(k, {"-o"}, {"sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo held $!"}));
    BOOST_TEST(result.status == 0);
    BOOST_TEST(contend(k).out == "ran\n");
    BOOST_TEST(::kill(std::stoi(result.out.substr(5)), SIGKILL) == 0);
}

BOOST_DATA_TEST_CASE(command_is_killed_with_run, kinds, k)
{
    program holder(arguments(k, {}, until_line));
    end_of const command(pid_in(holder));
    holder.kill();
    BOOST_TEST(holder.wait() == -SIGKILL);
    BOOST_TEST(command.comes());
    BOOST_TEST(contend(k).status == (k.is_freed_by_death ? 0 : 1));
    if (k.is_freed_by_death)
        check_nothing_is_left(k);
}

BOOST_DATA_TEST_CASE(signal_ends_the_command_and_frees_the_lock,
                     boost::unit_test::data::make(kinds) *
                         boost::unit_test::data::make({SIGTERM, SIGINT, SIGHUP}),
                     k, signal)
{
    program holder(arguments(k, {}, until_line));
    holder.wait_for_out("held");
    holder.kill(signal);
    BOOST_TEST(holder.wait() == 128 + signal);
    check_nothing_is_left(k);
}

BOOST_DATA_TEST_CASE(signal_ends_the_wait,
                     boost::unit_test::data::make(kinds) *
                         boost::unit_test::data::make({SIGTERM, SIGINT, SIGKILL}),
                     k, signal)
{
    auto exclusive = k;
    exclusive.is_shared = false;
    program holder(arguments(exclusive, {}, until_line));
    holder.wait_for_out("held");
    auto const before = names();
    program waiter(arguments(k, {}, {"true"}), on_terminal());
    waiter.wait_for_out("waiting");
    waiter.kill(signal);
    BOOST_TEST(waiter.wait() == -signal);
    if (signal != SIGKILL)
        BOOST_TEST(names() == before, boost::test_tools::per_element());
    holder.write("\n");
    BOOST_TEST(holder.wait() == 5);
    BOOST_TEST(contend(k).out == "ran\n");
    check_nothing_is_left(k);
}

// The signal and the lock are both there when the waiter goes on.
BOOST_DATA_TEST_CASE(signal_frees_a_lock_that_was_just_acquired, kinds, k)
{
    auto exclusive = k;
    exclusive.is_shared = false;
    program holder(arguments(exclusive, {}, until_line));
    holder.wait_for_out("held");
    program waiter(arguments(k, {}, {"echo", "ran"}), on_terminal());
    waiter.wait_for_out("waiting");
    waiter.kill(SIGSTOP);
    waiter.kill(SIGTERM);
    holder.write("\n");
    BOOST_TEST(holder.wait() == 5);
    waiter.kill(SIGCONT);
    BOOST_TEST(waiter.wait() == -SIGTERM);
    BOOST_TEST(waiter.out().find("ran") == std::string::npos);
    check_nothing_is_left(k);
}

BOOST_DATA_TEST_CASE(command_that_cannot_be_executed_frees_the_lock, kinds, k)
{
    auto const result = run_program(arguments(k, {}, {"./nosuch"}));
    BOOST_TEST(result.status == 69);
    BOOST_TEST(result.err == "filelock: ./nosuch: No such file or directory\n");
    check_nothing_is_left(k);
}

BOOST_DATA_TEST_CASE(missing_directory_is_not_made, kinds, k)
{
    auto const result = run_program(
        tool("run", {"--kind", k.name, (directory / "no" / "test.lock").string(), "echo", "ran"}));
    BOOST_TEST(result.status == 66);
    BOOST_TEST(result.out == "");
    BOOST_TEST(result.err.find(k.name) != std::string::npos);
    BOOST_TEST(names().empty());
}

// The command removes the marker, which no heartbeat has noticed when it ends.
BOOST_DATA_TEST_CASE(lost_lock_is_reported_after_the_command, kinds, k)
{
    auto const script = "find '" + directory.string() +
                        "' -type f ! -path '*fence*' ! -name test.lock -delete; rm -f '" +
                        path.string() + "'; rm -rf '" + path.string() + "'.readers/*";
    auto const result = run_program(arguments(k, {}, {"sh", "-c", script}));
    BOOST_TEST(result.status == 75);
    BOOST_TEST(result.err.find(path.string() + " (" + k.name + "): the lock was lost") !=
               std::string::npos);
}

struct loss
{
    char const* kind;
    char const* marker;
    words options;

    friend std::ostream& operator<<(std::ostream& out, loss const& l) { return out << l.kind; }
};

loss const losses[] = {
    {"soft_file_lease", "", {"--duration", "1000", "--heartbeat-interval", "0.05"}},
    {"soft_read_write_lock",
     ".write",
     {"--stale-threshold", "1000", "--heartbeat-interval", "0.05"}}};

BOOST_DATA_TEST_CASE(loss_ends_the_command, losses, l)
{
    kind const k{l.kind, {}};
    auto const script =
        "trap 'kill -9 $!; echo ended; exit 3' TERM; sleep 1000 & echo held $$; wait";
    program holder(arguments(k, l.options, {"sh", "-c", script}));
    end_of const command(pid_in(holder));
    auto marker = path;
    marker += l.marker;
    BOOST_TEST(fs::remove(marker));
    BOOST_TEST(holder.wait() == 75);
    BOOST_TEST(command.comes());
    BOOST_TEST(holder.out().find("ended") != std::string::npos);
    BOOST_TEST(holder.err().find("the lock was lost while sh ran") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(command_that_ignores_the_loss_is_killed)
{
    kind const k{"soft_file_lease", {}};
    program holder(arguments(k, losses[0].options,
                             {"sh", "-c", "trap '' TERM; echo held $$; while :; do read l; done"}));
    end_of const command(pid_in(holder));
    BOOST_TEST(fs::remove(path));
    BOOST_TEST(holder.wait() == 75);
    BOOST_TEST(command.comes());
}

// The next holder is named, and its hold is left alone.
BOOST_AUTO_TEST_CASE(loss_names_the_successor)
{
    kind const k{"soft_file_lease", {}};
    words const slow{"--duration", "1000", "--heartbeat-interval", "900"};
    program holder(arguments(k, slow, until_line));
    holder.wait_for_out("held");
    BOOST_TEST(fs::remove(path));
    program next(arguments(k, slow, until_line));
    next.wait_for_out("held");
    holder.write("\n");
    BOOST_TEST(holder.wait() == 75);
    BOOST_TEST(holder.err().find("it is held by " + std::to_string(next.pid())) !=
               std::string::npos);
    next.write("\n");
    BOOST_TEST(next.wait() == 5);
}

BOOST_AUTO_TEST_CASE(fence_number_grows)
{
    kind const k{"soft_file_lease", {}};
    int last = 0;
    for (int i = 0; i < 3; ++i) {
        auto const result =
            run_program(arguments(k, {"--fence-env", "NUMBER"}, {"sh", "-c", "echo $NUMBER"}));
        BOOST_TEST(result.status == 0);
        int const number = std::stoi(result.out);
        BOOST_TEST(number > last);
        last = number;
    }
}

// The name may be the beginning of an option's.
BOOST_DATA_TEST_CASE(fence_variable_has_any_name,
                     boost::unit_test::data::make({"n", "s", "kind", "FENCE"}), name)
{
    kind const k{"soft_file_lease", {}};
    auto const result = run_program(
        arguments(k, {"--fence-env", name}, {"sh", "-c", std::string("echo $") + name}));
    BOOST_TEST(result.out == "1\n");
}

BOOST_AUTO_TEST_SUITE_END()
