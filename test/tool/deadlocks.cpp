// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/status_reports.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

// `filelock status --deadlocks`.

namespace {

using namespace filelock_test;
namespace fs = boost::filesystem;

using lock_call = void (*)(int fd);

void flock_exclusive(int fd)
{
    if (::flock(fd, LOCK_EX) != 0)
        throw std::runtime_error("flock");
}

void set_range(int fd, short type, ::off_t first, ::off_t length)
{
    struct ::flock bytes = {};
    bytes.l_type = type;
    bytes.l_start = first;
    bytes.l_len = length;
    if (::fcntl(fd, F_OFD_SETLKW, &bytes) != 0)
        throw std::runtime_error("F_OFD_SETLKW");
}

void record_exclusive(int fd)
{
    set_range(fd, F_WRLCK, 10, 20);
}

void record_shared(int fd)
{
    set_range(fd, F_RDLCK, 0, 0);
}

int open_file(fs::path const& path)
{
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

/// What `filelock status --deadlocks --json` prints. Other processes of this machine may have
/// deadlocks as well.
struct seen_deadlocks
{
    int status;
    json_values values;

    /// Returns the place of the circle with the process, or an empty text.
    std::string circle_of(pid_t pid) const
    {
        for (auto const& value : values.all())
            if (value.second == std::to_string(pid) &&
                value.first.find(".pid") == value.first.size() - 4)
                return value.first.substr(0, value.first.find(".processes"));
        return {};
    }

    /// Returns the place of the process.
    std::string place_of(pid_t pid) const
    {
        for (auto const& value : values.all())
            if (value.second == std::to_string(pid) &&
                value.first.find(".pid") == value.first.size() - 4)
                return value.first.substr(0, value.first.size() - 4);
        return {};
    }

    std::string size_of(pid_t pid) const { return values[circle_of(pid) + ".processes.size"]; }
};

seen_deadlocks search()
{
    auto const done = run_program(tool("status", {"--deadlocks", "--json"}));
    BOOST_TEST(done.status == (done.out == "[\n]\n" ? 0 : 1));
    // Others on this machine may come and go during the search.
    BOOST_TEST((done.err == "" || done.err.find("could not be looked at") != std::string::npos),
               done.err);
    return {done.status, json_values(done.out)};
}

struct fixture : temporary_directory
{
    fs::path file(std::size_t number) const
    {
        return directory / ("file" + std::to_string(number));
    }

    /// Makes a process that locks the first file, and on a line from the test the second one.
    child taker(std::size_t first, lock_call take_first, std::size_t second,
                lock_call take_second) const
    {
        return child([=] {
            int const one = open_file(file(first)), other = open_file(file(second));
            take_first(one);
            say("first");
            hear();
            take_second(other);
            return 0;
        });
    }

    /// Makes processes that wait in a circle for files.
    std::vector<std::unique_ptr<child>> circle(std::size_t count, lock_call take) const
    {
        std::vector<std::unique_ptr<child>> all;
        for (std::size_t i = 0; i != count; ++i) {
            auto const next = (i + 1) % count;
            all.emplace_back(new child([=] {
                int const one = open_file(file(i)), other = open_file(file(next));
                take(one);
                say("first");
                hear();
                take(other);
                return 0;
            }));
        }
        for (auto const& c : all)
            c->expect("first");
        for (std::size_t i = 0; i != count; ++i) {
            all[i]->write_line("");
            wait_until_blocked(all[i]->pid(), file((i + 1) % count).string());
        }
        return all;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(deadlocks, fixture)

BOOST_AUTO_TEST_CASE(two_processes_lock_two_files_in_opposite_orders)
{
    auto const all = circle(2, flock_exclusive);
    auto const seen = search();
    BOOST_TEST(seen.status == 1);
    BOOST_TEST(seen.size_of(all[0]->pid()) == "2");
    BOOST_TEST(seen.circle_of(all[0]->pid()) == seen.circle_of(all[1]->pid()));
    auto const place = seen.place_of(all[0]->pid());
    auto const& values = seen.values;
    BOOST_TEST(values[place + ".holds.size"] == "1");
    BOOST_TEST(values[place + ".holds.0.path"] == file(0).string());
    BOOST_TEST(values[place + ".holds.0.pids.0"] == std::to_string(all[1]->pid()));
    BOOST_TEST(values[place + ".waits_for.size"] == "1");
    BOOST_TEST(values[place + ".waits_for.0.path"] == file(1).string());
    BOOST_TEST(values[place + ".waits_for.0.lock"] == "flock");
    BOOST_TEST(values[place + ".waits_for.0.mode"] == "exclusive");
    BOOST_TEST(values[place + ".waits_for.0.pids.0"] == std::to_string(all[1]->pid()));
    BOOST_TEST(values[place + ".has_other_threads"] == "false");
    BOOST_TEST(values[place + ".command"] != "");
}

BOOST_AUTO_TEST_CASE(three_processes_wait_for_records_in_a_circle)
{
    auto const all = circle(3, record_exclusive);
    auto const seen = search();
    for (auto const& c : all)
        BOOST_TEST(seen.size_of(c->pid()) == "3");
    auto const place = seen.place_of(all[1]->pid());
    BOOST_TEST(seen.values[place + ".waits_for.0.path"] == file(2).string());
    BOOST_TEST(seen.values[place + ".waits_for.0.lock"] == "record");
    BOOST_TEST(seen.values[place + ".waits_for.0.first_byte"] == "10");
    BOOST_TEST(seen.values[place + ".waits_for.0.last_byte"] == "29");
    BOOST_TEST(seen.values[place + ".waits_for.0.pids.0"] == std::to_string(all[2]->pid()));
}

BOOST_AUTO_TEST_CASE(plain_wait_is_no_deadlock)
{
    for (lock_call const take : {flock_exclusive, record_exclusive}) {
        auto holder = taker(0, take, 1, take);
        auto first = taker(2, take, 0, take);
        auto second = taker(3, take, 0, take); // in line behind the first one
        for (child* c : {&holder, &first, &second})
            c->expect("first");
        for (child* c : {&first, &second}) {
            c->write_line("");
            wait_until_blocked(c->pid(), file(0).string());
        }
        auto const seen = search();
        for (child* c : {&holder, &first, &second})
            BOOST_TEST(seen.circle_of(c->pid()) == "");
        holder.write_line("");
        for (child* c : {&holder, &first, &second})
            BOOST_TEST(c->wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(process_waits_for_itself)
{
    for (lock_call const take : {flock_exclusive, record_exclusive}) {
        auto alone = taker(0, take, 0, take);
        alone.expect("first");
        alone.write_line("");
        wait_until_blocked(alone.pid(), file(0).string());
        auto const seen = search();
        BOOST_TEST(seen.size_of(alone.pid()) == "1");
    }
}

BOOST_AUTO_TEST_CASE(conversion_is_no_wait_for_itself)
{
    auto const make = [this] {
        return child([this] {
            int const fd = open_file(file(0));
            record_shared(fd);
            say("first");
            hear();
            record_exclusive(fd);
            return 0;
        });
    };
    auto one = make(), other = make();
    one.expect("first");
    other.expect("first");
    one.write_line("");
    wait_until_blocked(one.pid(), file(0).string());
    BOOST_TEST(search().circle_of(one.pid()) == "");
    other.write_line(""); // two readers that both want to write
    wait_until_blocked(other.pid(), file(0).string());
    BOOST_TEST(search().size_of(one.pid()) == "2");
}

// The kernel shows a request below one of the locks that are in its way.
BOOST_AUTO_TEST_CASE(writer_waits_for_each_reader)
{
    auto const reader = [this](std::size_t wanted) {
        return taker(0, record_shared, wanted, record_exclusive);
    };
    auto first = reader(1), second = reader(1), third = reader(1);
    auto writer = taker(1, record_exclusive, 0, record_exclusive);
    for (child* c : {&first, &second, &third, &writer})
        c->expect("first");
    writer.write_line("");
    wait_until_blocked(writer.pid(), file(0).string());
    BOOST_TEST(search().circle_of(writer.pid()) == "");
    second.write_line("");
    wait_until_blocked(second.pid(), file(1).string());
    auto const seen = search();
    BOOST_TEST(seen.size_of(writer.pid()) == "2");
    BOOST_TEST(seen.circle_of(second.pid()) == seen.circle_of(writer.pid()));
    BOOST_TEST(seen.circle_of(first.pid()) == "");
}

BOOST_AUTO_TEST_CASE(reader_waits_for_no_reader)
{
    auto const read_here = [](int fd) { set_range(fd, F_RDLCK, 10, 20); };
    auto const write_there = [](int fd) { set_range(fd, F_WRLCK, 100, 1); };
    auto writer = taker(0, write_there, 2, record_exclusive);
    auto reader = taker(0, read_here, 1, record_exclusive);
    auto other = taker(1, record_exclusive, 0, record_shared);
    for (child* c : {&writer, &reader, &other})
        c->expect("first");
    reader.write_line("");
    other.write_line("");
    wait_until_blocked(reader.pid(), file(1).string());
    wait_until_blocked(other.pid(), file(0).string()); // only the writer is in its way
    BOOST_TEST(search().circle_of(reader.pid()) == "");
}

BOOST_AUTO_TEST_CASE(thread_that_does_not_wait_is_told)
{
    child alone([this] {
        std::thread([] { ::pause(); }).detach();
        int const one = open_file(file(0)), other = open_file(file(0));
        flock_exclusive(one);
        flock_exclusive(other);
        return 0;
    });
    BOOST_REQUIRE(comes_true([this] { return fs::exists(file(0)); }));
    wait_until_blocked(alone.pid(), file(0).string());
    auto const seen = search();
    BOOST_TEST(seen.values[seen.place_of(alone.pid()) + ".has_other_threads"] == "true");
}

BOOST_AUTO_TEST_CASE(locks_of_this_library_can_form_a_circle)
{
    using boost::filelock::file_lock;
    using boost::filelock::read_write_lock;
    auto const path_of_one = file(0), path_of_other = file(1);
    child one([=] {
        file_lock held(path_of_one);
        held.lock();
        say("first");
        hear();
        read_write_lock wanted(path_of_other);
        wanted.lock_shared();
        return 0;
    });
    child other([=] {
        read_write_lock held(path_of_other);
        held.lock();
        say("first");
        hear();
        file_lock wanted(path_of_one);
        wanted.lock();
        return 0;
    });
    one.expect("first");
    other.expect("first");
    one.write_line("");
    other.write_line("");
    wait_until_blocked(one.pid(), path_of_other.string());
    wait_until_blocked(other.pid(), path_of_one.string());
    BOOST_TEST(search().size_of(one.pid()) == "2");
}

// As `flock a flock b command` beside `flock b flock a command`: the outer one only waits for its
// command, which has the lock as well.
BOOST_AUTO_TEST_CASE(inherited_lock_is_in_the_circle)
{
    auto const outer = [this](std::size_t first, std::size_t second) {
        return child([=] {
            int const fd = open_file(file(first));
            flock_exclusive(fd);
            child inner([=] {
                say(std::to_string(::getpid()));
                hear();
                flock_exclusive(open_file(file(second)));
                return 0;
            });
            say(inner.read_line().value());
            hear();
            inner.write_line("");
            return inner.wait();
        });
    };
    auto one = outer(0, 1), other = outer(1, 0);
    auto const inner_of_one = std::stoi(one.read_line().value()),
               inner_of_other = std::stoi(other.read_line().value());
    one.write_line("");
    other.write_line("");
    wait_until_blocked(inner_of_one, file(1).string());
    wait_until_blocked(inner_of_other, file(0).string());
    auto const seen = search();
    BOOST_TEST(seen.size_of(inner_of_one) == "2");
    BOOST_TEST(seen.circle_of(inner_of_one) == seen.circle_of(inner_of_other));
    auto const place = seen.place_of(inner_of_one);
    BOOST_TEST(seen.values[place + ".waits_for.0.other_pids.0"] == std::to_string(other.pid()));
    ::kill(inner_of_one, SIGKILL);
    one.wait();
    other.wait();
}

BOOST_AUTO_TEST_CASE(text_names_processes_and_paths)
{
    auto const all = circle(2, flock_exclusive);
    auto const contains = [](std::string const& text, std::string const& part) {
        return text.find(part) != std::string::npos;
    };
    auto const done = run_program(tool("status", {"--deadlocks"}));
    BOOST_TEST(done.status == 1);
    BOOST_TEST(contains(done.out, "2 processes wait for each other:\n  "));
    BOOST_TEST(contains(done.out, "  " + std::to_string(all[0]->pid()) + " ("));
    BOOST_TEST(contains(done.out, "    holds " + file(0).string() + " (flock, exclusive)\n" +
                                      "    waits for " + std::to_string(all[1]->pid()) + ": " +
                                      file(1).string() + " (flock, exclusive)\n"));
    BOOST_TEST(contains(done.out, "Not seen: "));

    program_setup setup;
    setup.columns = 40;
    auto const narrow = run_program(tool("status", {"--deadlocks"}), setup).out;
    BOOST_TEST(contains(narrow, "file1\r\n"));
    for (std::size_t begin = 0, end; (end = narrow.find('\n', begin)) != narrow.npos;
         begin = end + 1)
        if (narrow.find("could not be looked at", begin) > end) // of others on this machine
            BOOST_TEST(end - begin <= 40u);                     // 39 columns and a carriage return
}

BOOST_AUTO_TEST_CASE(waits_of_other_users_are_counted, *boost::unit_test::precondition(is_root))
{
    auto const all = circle(2, record_exclusive);
    int const failed = as_nobody([] {
        auto const done = run_program(tool("status", {"--deadlocks"}));
        return done.err.find("waits are of processes that could not be looked at") != done.err.npos
                   ? 0
                   : 1;
    });
    BOOST_TEST(failed == 0);
}

BOOST_AUTO_TEST_SUITE_END()
