// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock verify --listen` and `--join`, on the loopback interface.

#include <boost/test/unit_test.hpp>

#include "support/verify_runs.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <thread>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace filelock_test;
using boost::asio::ip::tcp;
namespace asio = boost::asio;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

/// A process that listens, and what it has printed for the other host.
class listening
{
public:
    /// `seconds`: the length of each race.
    explicit listening(fs::path const& directory, words const& more = {},
                       char const* seconds = "0.3")
        : listening(arguments(directory, more, seconds))
    {}

    explicit listening(words const& arguments) : running_(verify_command(arguments))
    {
        BOOST_REQUIRE(
            comes_true([this] { return boost::ends_with(running_.errors(), " DIRECTORY\n"); }));
        std::istringstream text(running_.errors());
        for (std::string word; text >> word;) {
            if (word == "--join")
                text >> address;
            if (word == "--token")
                text >> token;
        }
    }

    verify_process& running() noexcept { return running_; }

    /// Returns the errors after the command for the other host.
    std::string errors() const
    {
        auto const all = running_.errors();
        return all.substr(all.find(" DIRECTORY\n") + 11);
    }

    words join(fs::path const& directory, std::string const& with) const
    {
        return {"--join", address, "--token", with, "--processes", "2", directory.native()};
    }

    std::string address, token;

private:
    static words arguments(fs::path const& directory, words const& more, char const* seconds)
    {
        words all{"--listen", "0", "--seconds", seconds, "--kind", "file_lock,soft_file_lock"};
        all.insert(all.end(), more.begin(), more.end());
        all.push_back(directory.native());
        return all;
    }

    verify_process running_;
};

/// A program that connects, and is not the tool.
class stranger
{
public:
    explicit stranger(std::string const& address) : socket_(context_)
    {
        auto const colon = address.rfind(':');
        socket_.connect({asio::ip::make_address(address.substr(0, colon)),
                         static_cast<asio::ip::port_type>(std::stoul(address.substr(colon + 1)))});
    }

    void send(std::string const& text) { asio::write(socket_, asio::buffer(text)); }

    std::string line()
    {
        auto const size = asio::read_until(socket_, asio::dynamic_buffer(received_), '\n');
        auto const first = received_.substr(0, size);
        received_.erase(0, size);
        return first;
    }

    /// Waits until the other end sends "end" or closes the connection, and closes it.
    void leave_at_end()
    {
        boost::system::error_code ec;
        asio::read_until(socket_, asio::dynamic_buffer(received_), "end\n", ec);
        socket_.close(ec);
    }

    /// Returns whether the other end closes the connection without another byte.
    bool is_refused()
    {
        boost::system::error_code ec;
        char byte;
        return asio::read(socket_, asio::buffer(&byte, 1), ec) == 0 && ec;
    }

private:
    asio::io_context context_;
    tcp::socket socket_;
    std::string received_;
};

std::string const some_token(32, '0');

/// Takes part with one process that does not lock at all. `race(other, milliseconds)` takes the
/// part in the race.
template <class Race>
void pretend(listening const& host, Race const& race)
{
    stranger other(host.address);
    other.send("filelock-verify 1 " + host.token + " 1\n");
    BOOST_TEST(other.line() == "welcome\n");
    for (std::string line; (line = other.line()) != "end\n";) {
        std::istringstream all(line);
        std::string number, command, kind;
        int milliseconds = 0;
        all >> number >> command >> kind >> milliseconds;
        if (command == "where")
            other.send("0 where elsewhere /other\n");
        else if (command == "find")
            other.send("0 found\n");
        else if (command == "inspect")
            other.send("0 facts yes 1 0 1\n");
        else if (command == "watch")
            other.send("0 ready\n0 watched\n");
        else if (command == "wait")
            other.send("0 error 70 cannot wait\n");
        else if (command == "race")
            race(other, milliseconds);
    }
}

/// Holds the lock through the whole race, and says that the hold lasted for `age` milliseconds.
void pretend_to_lock(listening const& host, std::string const& age)
{
    pretend(host, [&](stranger& other, int milliseconds) {
        other.send("0 in exclusive 0\n");
        BOOST_TEST(other.line() == "0 go\n");
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        other.send("0 out\n");
        BOOST_TEST(other.line() == "0 go\n");
        other.send("0 released " + age + "\n0 done\n");
    });
}

/// Returns the exclusion beside such a process, in a race of this length.
std::string exclusion(fs::path const& directory, std::string const& kind, std::string const& age,
                      std::chrono::milliseconds time)
{
    auto const seconds = std::to_string(std::chrono::duration<double>(time).count());
    listening host({"--listen", "0", "--seconds", seconds, "--kind", kind, directory.native()});
    pretend_to_lock(host, age);
    auto const output = host.running().output();
    auto const row = row_of(output, kind);
    BOOST_TEST(host.running().process().wait() == 0);
    BOOST_REQUIRE(row.size() == 5u);
    return row[1];
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(verify_hosts, temporary_directory)

BOOST_AUTO_TEST_CASE(other_host_takes_part)
{
    listening first(directory, {"--processes", "1", "--require", "file_lock", "--json"});
    auto const other = (directory / "." / "").native();
    auto const second = run_verify(first.join(other, first.token));
    BOOST_TEST(second.status == 0);
    BOOST_TEST(second.out.empty());
    BOOST_TEST(second.err.empty(), second.err);
    auto const output = first.running().output();
    BOOST_TEST(first.running().process().wait() == 0);
    BOOST_TEST(first.errors() == "");
    BOOST_TEST(value_in_json(output, "[(k['excludes'], k['finishes']) for k in all['kinds']]") ==
               "[(True, True), (True, True)]");
    BOOST_TEST(value_in_json(output, "[d['directory'] for d in all['directories']]") ==
               "['" + directory.native() + "', '" + other + "']");
    BOOST_TEST(fs::is_empty(directory));
}

// Both are this machine here.
BOOST_AUTO_TEST_CASE(hosts_of_one_name_are_told)
{
    std::string const note = "The hosts have one name.";
    listening first(directory, {"--processes", "1"});
    BOOST_TEST(run_verify(first.join(directory, first.token)).status == 0);
    BOOST_TEST(first.running().output().find(note) != std::string::npos);
    BOOST_TEST(first.running().process().wait() == 0);
    auto const alone = run_verify({"--seconds", "0.1", "--kind", "file_lock", directory.native()});
    BOOST_TEST(alone.out.find(note) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(listener_waits_for_all_hosts)
{
    listening first(directory, {"--hosts", "2"});
    verify_process second(verify_command(first.join(directory, first.token)));
    auto const third = run_verify(first.join(directory, first.token));
    BOOST_TEST(third.status == 0);
    BOOST_TEST(second.process().wait() == 0);
    BOOST_TEST(first.running().process().wait() == 0);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(wrong_token_is_refused)
{
    listening first(directory);
    BOOST_TEST(first.token.size() == 32u);
    auto near = first.token;
    near.back() = near.back() == '0' ? '1' : '0';
    for (auto const& wrong : {some_token, near, first.token + "0", first.token.substr(1)}) {
        auto const second = run_verify(first.join(directory, wrong));
        BOOST_TEST(second.status == 69);
        BOOST_TEST(second.err == "filelock: " + first.address + " has refused this host\n");
    }
    BOOST_TEST(run_verify(first.join(directory, first.token)).status == 0);
    BOOST_TEST(first.running().process().wait() == 0);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_DATA_TEST_CASE(wrong_greeting_is_refused,
                     data::make({"TOKEN 1\n", "filelock-verify 2 TOKEN 1\n",
                                 "filelock-verify 1 TOKEN 0\n", "filelock-verify 1 TOKEN -1\n",
                                 "filelock-verify 1 TOKEN 101\n", "filelock-verify 1 TOKEN x\n",
                                 "filelock-verify 1 TOKEN\n", "\n", "LONG"}),
                     greeting)
{
    listening first(directory);
    stranger silent(first.address); // does not keep others out
    stranger other(first.address);
    std::string text = greeting;
    if (auto const at = text.find("TOKEN"); at != text.npos)
        text.replace(at, 5, first.token);
    other.send(text == "LONG" ? std::string(5000, 'x') : text);
    BOOST_TEST(other.is_refused());
    first.running().process().kill(SIGTERM);
    BOOST_TEST(first.running().process().wait() == -SIGTERM);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_DATA_TEST_CASE(nonsense_of_a_host_is_an_error,
                     data::make({"0 nonsense\n", "0 error 1 text\n", "1 where a /b\n", "x\n", "\n",
                                 "0 in exclusive 1\n", "LONG"}),
                     nonsense)
{
    listening first(directory);
    stranger other(first.address);
    other.send("filelock-verify 1 " + first.token + " 1\n");
    BOOST_TEST(other.line() == "welcome\n");
    std::string const text = nonsense;
    other.send(text == "LONG" ? std::string(100'000, 'x') : text);
    other.leave_at_end();
    auto const status = first.running().process().wait();
    BOOST_TEST((status == 69 || status == 76 || status == 1), status);
    BOOST_TEST(boost::starts_with(first.errors(), "filelock: "), first.errors());
    BOOST_TEST(fs::is_empty(directory));
}

// The other process holds the lock beside those of this host, if that is not so late that none of
// them is left.
BOOST_AUTO_TEST_CASE(overlap_across_hosts_is_found)
{
    for (std::string const kind : {"file_lock", "soft_file_lease"})
        BOOST_TEST(with_growing_time(std::chrono::milliseconds(300), [&](auto time) {
                       auto const found = exclusion(directory, kind, "19000", time);
                       unless_late(boost::starts_with(found, "no: "), found);
                   }) == "");
}

BOOST_AUTO_TEST_CASE(overlap_with_a_hold_that_may_have_expired_does_not_count)
{
    std::chrono::milliseconds const time(300);
    BOOST_TEST(exclusion(directory, "soft_file_lease", "20000", time) == "yes");
    BOOST_TEST(exclusion(directory, "soft_read_write_lock", "20000", time) == "yes");
}

// Only these two kinds expire.
BOOST_AUTO_TEST_CASE(age_of_other_holds_does_not_matter)
{
    BOOST_TEST(with_growing_time(std::chrono::milliseconds(300), [&](auto time) {
                   auto const found = exclusion(directory, "strict_soft_file_lock", "20000", time);
                   unless_late(boost::starts_with(found, "no: "), found);
               }) == "");
}

BOOST_AUTO_TEST_CASE(process_that_gets_no_lock_is_shown)
{
    listening host(directory, {"--require", "file_lock"});
    pretend(host, [](stranger& other, int) { other.send("0 starved\n0 done\n"); });
    auto const output = host.running().output();
    BOOST_TEST(host.running().process().wait() == 1);
    auto const row = row_of(output, "file_lock");
    BOOST_REQUIRE(row.size() == 5u);
    BOOST_TEST(row[1] == "yes");
    BOOST_TEST(boost::starts_with(row[2], "no, "));
}

BOOST_AUTO_TEST_CASE(error_of_another_host_is_shown_without_control_characters)
{
    listening host(directory, {"--require", "file_lock"});
    pretend(host, [](stranger& other, int) { other.send("0 error 70 \033[31mred\n0 done\n"); });
    auto const output = host.running().output();
    BOOST_TEST(host.running().process().wait() == 1);
    auto const row = row_of(output, "file_lock");
    BOOST_REQUIRE(row.size() == 5u);
    BOOST_TEST(row[1] == "?[31mred");
    BOOST_TEST(row[2] == "-");
}

BOOST_AUTO_TEST_CASE(host_that_vanishes_is_an_error)
{
    listening first(directory, {}, "9999");
    verify_process second(verify_command(first.join(directory, first.token)));
    BOOST_REQUIRE(comes_true([this] {
        boost::system::error_code ec; // the hosts make and remove files meanwhile
        for (fs::recursive_directory_iterator it(directory, ec), end; it != end; it.increment(ec))
            if (it->path().filename() == "file_lock")
                return true;
        return false;
    }));
    second.process().kill(SIGKILL);
    BOOST_TEST(first.running().process().wait() == 69);
    BOOST_TEST(first.errors() == "filelock: another host has ended\n");
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(end_of_the_listener_is_an_error)
{
    listening first(directory, {"--hosts", "2"});
    verify_process second(verify_command(first.join(directory, first.token)));
    first.running().process().kill(SIGKILL);
    BOOST_TEST(second.process().wait() == 69);
    BOOST_TEST(!second.errors().empty());
}

BOOST_AUTO_TEST_CASE(signal_ends_both)
{
    listening first(directory, {"--hosts", "2"});
    verify_process second(verify_command(first.join(directory, first.token)));
    first.running().process().kill(SIGINT);
    BOOST_TEST(first.running().process().wait() == -SIGINT);
    auto const status = second.process().wait();
    BOOST_TEST((status == 0 || status == 69), status); // or it had not joined
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(other_storage_is_refused)
{
    auto const one = directory / "one", two = directory / "two";
    fs::create_directory(one);
    fs::create_directory(two);
    listening first(one);
    verify_process second(verify_command(first.join(two, first.token)));
    BOOST_TEST(first.running().process().wait() == 65);
    BOOST_TEST(boost::starts_with(first.errors(),
                                  "filelock: " + two.native() + " does not show the files of "),
               first.errors());
    BOOST_TEST(second.process().wait() == 0);
    BOOST_TEST(fs::is_empty(one));
    BOOST_TEST(fs::is_empty(two));
}

BOOST_AUTO_TEST_CASE(nothing_that_listens_is_an_error)
{
    auto const seen =
        run_verify({"--join", "127.0.0.1:1", "--token", some_token, directory.native()});
    BOOST_TEST(seen.status == 69);
    BOOST_TEST(boost::starts_with(seen.err, "filelock: 127.0.0.1:1: "), seen.err);
}

BOOST_DATA_TEST_CASE(bad_addresses_are_refused,
                     data::make({"--listen x", "--listen 65536", "--listen host:1", "--listen :",
                                 "--join x", "--join 1", "--join host:-1", "--join [::1]:"}),
                     text)
{
    std::istringstream line(text);
    std::string option, value;
    line >> option >> value;
    words arguments{option, value, directory.native()};
    if (option == "--join")
        arguments.insert(arguments.end(), {"--token", some_token});
    auto const seen = run_verify(arguments);
    BOOST_TEST(seen.status == 64);
    BOOST_TEST(boost::contains(seen.err, "filelock: " + option), seen.err);
}

BOOST_AUTO_TEST_SUITE_END()
