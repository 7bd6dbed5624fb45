// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/namespaces.hpp"
#include "support/odd_files.hpp"
#include "support/status_reports.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

// `filelock status`: locks that consist of files.

namespace {

using namespace filelock_test;
namespace filelock = boost::filelock;
namespace fs = boost::filesystem;

std::string const some_token = "0123456789abcdef0123456789abcdef";

struct fixture : temporary_directory
{
    /// Returns the values of the report on the path, which is named test.lock.
    json_values status() const { return json_status({path.string()}); }
    json_values status_of_tree() const { return json_status({directory.string()}); }

    fs::path beside(std::string const& suffix) const { return path.string() + suffix; }

    fs::path add_reader(std::string const& name, std::string const& text) const
    {
        fs::create_directories(beside(".readers"));
        auto const marker = beside(".readers") / name;
        write_text(marker, text);
        return marker;
    }
};

std::string reader_text(pid_t pid, std::string const& host)
{
    return some_token + '\n' + std::to_string(pid) + '\n' + host + '\n';
}

/// A process that holds the lock until it is told to end.
template <class Lock>
child holder_of(fs::path const& path)
{
    return child([path] {
        Lock lock(path);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(status, fixture)

BOOST_AUTO_TEST_CASE(soft_file_lock_is_held_by_a_living_process_until_it_is_killed)
{
    auto holder = holder_of<filelock::soft_file_lock>(path);
    holder.expect("held");
    auto const now = status();
    BOOST_TEST(now["test.lock.kind"] == "soft_file_lock");
    BOOST_TEST(now["test.lock.state"] == "held");
    BOOST_TEST(now["test.lock.mode"] == "exclusive");
    BOOST_TEST(now["test.lock.holders.size"] == "1");
    BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(holder.pid()));
    BOOST_TEST(now["test.lock.holders.0.host"] == host_name());
    BOOST_TEST(now["test.lock.holders.0.alive"] == "alive");
    BOOST_TEST(now["test.lock.holders.0.waiting"] == "false");
    BOOST_TEST(now["test.lock.holders.0.command"] != "null");
    BOOST_TEST(now["test.lock.holders.0.start_token"] != "null");
    BOOST_TEST(now.number("test.lock.holders.0.age_seconds") >= 0);
    BOOST_TEST(now["test.lock.holders.0.expires_in_seconds"] == "null");
    BOOST_TEST(now["test.lock.note"] == "null");

    holder.kill(SIGKILL);
    holder.wait();
    auto const then = status();
    BOOST_TEST(then["test.lock.state"] == "held");
    BOOST_TEST(then["test.lock.holders.0.alive"] == "gone");
    BOOST_TEST(then["test.lock.holders.0.command"] == "null");
}

BOOST_AUTO_TEST_CASE(marker_of_another_host_is_of_unknown_liveness)
{
    write_text(path, "4711\nelsewhere\n17\n");
    auto const now = status();
    BOOST_TEST(now["test.lock.state"] == "held");
    BOOST_TEST(now["test.lock.holders.0.host"] == "elsewhere");
    BOOST_TEST(now["test.lock.holders.0.pid"] == "4711");
    BOOST_TEST(now["test.lock.holders.0.alive"] == "unknown");
}

// An owner that this process does not see may live in another PID namespace. Its witness shows it.
BOOST_AUTO_TEST_CASE(owner_with_a_witness_is_not_gone)
{
    write_text(path, record_of_the_dead(directory));
    BOOST_TEST(status()["test.lock.holders.0.alive"] == "gone");
    int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct ::flock first_byte = {};
    first_byte.l_type = F_WRLCK;
    first_byte.l_len = 1;
    BOOST_REQUIRE(::fcntl(fd, F_OFD_SETLK, &first_byte) == 0);
    auto const now = status();
    ::close(fd);
    BOOST_TEST(now["test.lock.kind"] == "soft_file_lock");
    BOOST_TEST(now["test.lock.holders.0.alive"] == "unknown");
}

BOOST_AUTO_TEST_CASE(beginning_of_a_marker_is_unfinished)
{
    write_text(path, "47");
    BOOST_TEST(status()["test.lock.kind"] == "soft_file_lock");
    BOOST_TEST(status()["test.lock.state"] == "unfinished");
    write_text(path, "filelock/2\npid=");
    BOOST_TEST(status()["test.lock.kind"] == "soft_file_lease");
    BOOST_TEST(status_of_tree()["test.lock.state"] == "unfinished");
}

BOOST_AUTO_TEST_CASE(lease_has_a_heartbeat_an_expiry_and_a_fence)
{
    child holder([this] {
        filelock::soft_file_lease lease(path);
        lease.lock();
        boost::system::error_code ec;
        say(std::to_string(lease.fence(ec)));
        hear();
        return 0;
    });
    auto const number = holder.read_line();
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["test.lock.kind"] == "soft_file_lease");
        BOOST_TEST(now["test.lock.state"] == "held");
        BOOST_TEST(now["test.lock.fence"] == *number);
        BOOST_TEST(now["test.lock.holders.0.alive"] == "alive");
        BOOST_TEST(now.number("test.lock.holders.0.heartbeat_age_seconds") >= 0);
        BOOST_TEST(now.number("test.lock.holders.0.expires_in_seconds") <= 30);
        BOOST_TEST(now["test.lock.holders.0.token"].size() == 32u);
        BOOST_TEST(now["size"] == "1");
    }
    holder.write_line("");
    holder.wait();
    auto const then = status();
    BOOST_TEST(then["test.lock.kind"] == "soft_file_lease");
    BOOST_TEST(then["test.lock.state"] == "free");
    BOOST_TEST(then["test.lock.fence"] == *number);
}

BOOST_AUTO_TEST_CASE(lease_without_refreshes_is_expired)
{
    write_text(path, "filelock/2\npid=4711\nhost=elsewhere\nmode=lease\ntoken=" + some_token +
                         "\nduration=30.0\n");
    make_old(path);
    auto const now = status();
    BOOST_TEST(now["test.lock.state"] == "held");
    BOOST_TEST(now.number("test.lock.holders.0.expires_in_seconds") < -30);
    BOOST_TEST(run_program(tool("status", {path.string()})).out.find("unknown, expired") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(marker_of_a_later_version_has_no_kind)
{
    write_text(path, "filelock/2\npid=4711\nhost=elsewhere\nmode=sharing\n");
    auto const now = status();
    BOOST_TEST(now["test.lock.kind"] == "null");
    BOOST_TEST(now["test.lock.state"] == "held");
    BOOST_TEST(now["test.lock.holders.0.pid"] == "4711");
    BOOST_TEST(now["test.lock.mode"] == "unknown");
}

BOOST_AUTO_TEST_CASE(soft_read_write_lock_has_readers_or_a_writer)
{
    using lock_type = filelock::soft_read_write_lock;
    {
        auto writer = holder_of<lock_type>(path);
        writer.expect("held");
        auto const now = status();
        BOOST_TEST(now["test.lock.kind"] == "soft_read_write_lock");
        BOOST_TEST(now["test.lock.mode"] == "writer");
        BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(writer.pid()));
        BOOST_TEST(now["test.lock.holders.0.waiting"] == "false");
        BOOST_TEST(now["test.lock.holders.0.alive"] == "alive");
        writer.write_line("");
        writer.wait();
    }
    lock_type reader(path);
    reader.lock_shared();
    BOOST_TEST(status()["test.lock.mode"] == "reader");
    child writer([this] {
        lock_type lock(path);
        lock.lock();
        return 0;
    });
    BOOST_REQUIRE(comes_true([this] { return fs::exists(beside(".write")); }));
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["size"] == "1");
        BOOST_TEST(now["test.lock.state"] == "held");
        BOOST_TEST(now["test.lock.mode"] == "reader");
        BOOST_TEST(now["test.lock.holders.size"] == "2");
        BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(::getpid()));
        BOOST_TEST(now["test.lock.holders.1.mode"] == "writer");
        BOOST_TEST(now["test.lock.holders.1.waiting"] == "true");
    }
    reader.unlock_shared();
    BOOST_TEST(writer.wait() == 0);
    BOOST_TEST(status()["test.lock.state"] == "free");
    BOOST_TEST(status_of_tree()["test.lock.state"] == "free");
}

BOOST_AUTO_TEST_CASE(stale_reader_shows_its_last_heartbeat)
{
    make_old(add_reader(some_token + ".4711", reader_text(unused_number(), host_name())));
    auto const now = status();
    BOOST_TEST(now["test.lock.holders.0.alive"] == "gone");
    BOOST_TEST(now.number("test.lock.holders.0.heartbeat_age_seconds") > 1e6);
    BOOST_TEST(now.number("test.lock.holders.0.age_seconds") < 1e6);
}

BOOST_AUTO_TEST_CASE(reader_that_is_no_marker_is_damage)
{
    add_reader(some_token + ".4711", reader_text(::getpid(), host_name()));
    add_reader("notes", "Do not delete.\n");
    auto const now = status();
    BOOST_TEST(now["test.lock.state"] == "damaged");
    BOOST_TEST(now["test.lock.note"] == "no marker: test.lock.readers/notes");
    BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(::getpid()));
}

BOOST_AUTO_TEST_CASE(unfinished_reader_keeps_writers_out)
{
    add_reader(some_token + ".4711", "");
    BOOST_TEST(status()["test.lock.state"] == "unfinished");
}

BOOST_AUTO_TEST_CASE(transition_is_told)
{
    fs::create_directory(beside(".readers"));
    write_text(beside(".state"), record_of_the_dead(directory));
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["size"] == "1");
        BOOST_TEST(now["test.lock.state"] == "free");
        BOOST_TEST(now["test.lock.note"].find("test.lock.state is held by ") == 0u);
        BOOST_TEST(now["test.lock.note"].find(", gone") != std::string::npos);
    }
    fs::remove(beside(".readers")); // now it may be any marker
    BOOST_TEST(status_of_tree()["test.lock.state.kind"] == "soft_file_lock");
}

BOOST_AUTO_TEST_CASE(marker_names_the_lock_to_which_it_belongs)
{
    add_reader(some_token + ".4711", reader_text(::getpid(), host_name()));
    write_text(beside(".write"), reader_text(4711, "elsewhere"));
    for (char const* part : {".readers", ".write"})
        BOOST_TEST(json_status({beside(part).string()})["test.lock.holders.size"] == "2");
}

BOOST_AUTO_TEST_CASE(other_directories_and_files_of_such_names_are_no_locks)
{
    fs::create_directory(directory / "reports.readers");
    write_text(directory / "reports.readers" / "list.txt", "Some text.\n");
    write_text(directory / "reports.write", "Some text.\n");
    fs::create_directories(directory / "reports.fence" / "12a");
    fs::create_directory(directory / "reports.filelock");
    BOOST_TEST(status_of_tree()["size"] == "0");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(odd_files, fixture)

BOOST_AUTO_TEST_CASE(what_is_no_lock_is_told_from_locks)
{
    struct
    {
        file_maker make;
        char const* note;
    } const cases[] = {
        {text("Some text.\n"), "a file of another program"},
        {text(std::string(2000, '7')), "a file of another program"},
        {link_to("4711\nelsewhere\n"), "a symbolic link, which locks do not follow"},
        {make_dangling_link, "a symbolic link, which locks do not follow"},
        {make_fifo, "a FIFO"},
        {make_socket, "a socket"},
    };
    auto const aside = directory / "aside";
    for (auto const& c : cases) {
        c.make(path, aside);
        auto const now = status();
        BOOST_TEST(now["test.lock.state"] == "other");
        BOOST_TEST(now["test.lock.note"] == c.note);
        BOOST_TEST(!status_of_tree().has("test.lock.state"));
        fs::remove(path);
        fs::remove(aside);
    }
}

BOOST_AUTO_TEST_CASE(tree_is_searched_without_following_links)
{
    auto const elsewhere = directory / "elsewhere", top = directory / "top";
    fs::create_directories(elsewhere);
    fs::create_directories(top / "a" / "b");
    write_text(elsewhere / "hidden.lock", "4711\nelsewhere\n");
    fs::create_directory_symlink(elsewhere, top / "link");
    write_text(top / "a" / "b" / "marker", "4711\nelsewhere\n");
    write_text(top / "a" / "empty.lck", "");
    write_text(top / "a" / "empty.txt", "");
    write_text(top / "a" / "server.pid", "4711\n");
    write_text(top / "a" / ("marker.break.4711." + some_token), "4711\nelsewhere\n");
    auto const now = json_status({top.string()});
    BOOST_TEST(now["size"] == "2");
    BOOST_TEST(now["marker.state"] == "held");
    BOOST_TEST(now["empty.lck.state"] == "free");
    BOOST_TEST(now["empty.lck.kind"] == "null");
}

BOOST_AUTO_TEST_CASE(path_with_a_slash_at_its_end_is_a_directory)
{
    auto const link = directory / "link";
    fs::create_directory(directory / "top");
    fs::create_directory_symlink("top", link);
    write_text(directory / "top" / "marker", "4711\nelsewhere\n");
    BOOST_TEST(json_status({link.string()})["link.state"] == "other");
    for (char const* end : {"/", "/.", "/../top", "/../link/"})
        BOOST_TEST(json_status({link.string() + end})["marker.state"] == "held");
}

BOOST_AUTO_TEST_CASE(path_that_names_nothing_is_an_error)
{
    write_text(directory / "marker", "4711\nelsewhere\n");
    auto const done = run_program(tool("status", {path.string(), (directory / "marker").string()}));
    BOOST_TEST(done.status == 66);
    BOOST_TEST(done.err == "filelock: " + path.string() + " names nothing\n");
    BOOST_TEST(done.out.find("soft_file_lock") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(kind_is_asked_for)
{
    auto const state_of = [this](char const* kind) {
        return json_status({"--kind", kind, path.string()})["test.lock.state"];
    };
    BOOST_TEST(state_of("soft_file_lock") == "free"); // the marker is missing
    BOOST_TEST(state_of("file_lock") == "free");
    write_text(path, "4711\nelsewhere\n");
    BOOST_TEST(state_of("soft_file_lock") == "held");
    BOOST_TEST(state_of("soft_file_lease") == "other");
    BOOST_TEST(state_of("file_lock") == "free"); // it does not mind the content
    write_text(path, "");
    BOOST_TEST(state_of("file_lock") == "free");
    BOOST_TEST(state_of("soft_file_lock") == "unfinished");
    write_text(directory / "marker", "4711\nelsewhere\n");
    auto const tree = json_status({"--kind", "soft_file_lock", directory.string()});
    BOOST_TEST(tree["size"] == "1");
    BOOST_TEST(tree["marker.state"] == "held");
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_refused)
{
    for (words const& arguments : {words{},
                                   {"--kind", "mutex", "x"},
                                   {"--watch=x", "x"},
                                   {"--watch=0", "x"},
                                   {"--deadlocks", "x"},
                                   {"--deadlocks", "--watch"},
                                   {"--unknown", "x"}}) {
        auto const done = run_program(tool("status", arguments));
        BOOST_TEST(done.status == 64);
        BOOST_TEST(done.out == "");
        BOOST_TEST(done.err.find("filelock: ") == 0u);
    }
    auto const help = run_program(tool("status", {"--help"}));
    BOOST_TEST(help.status == 0);
    BOOST_TEST(help.out.find("--deadlocks") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
