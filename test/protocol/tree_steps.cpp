// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The steps of a soft_read_write_lock, attempt by attempt. Between two attempts other processes
// enter `state`, remove the claim, or replace the readers' directory.

#include "../src/protocol/reader_directory.hpp"
#include "../src/protocol/reader_set.hpp"
#include "../src/protocol/soft_read_write_protocol.hpp"
#include "../src/protocol/writer_gate.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace fd = boost::filelock::detail;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;
using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::filelock::detail::lock_mode;
using boost::system::error_code;
using fate = fd::marker_state;
using names_list = std::vector<std::string>;

namespace {

auto const both_storages = data::make({storage::local, storage::network});

std::string name_of(fd::attempt_result const& a)
{
    static char const* const names[] = {"acquired",    "busy",           "retry",
                                        "in progress", "would deadlock", "failed: "};
    return names[a.kind] + (a.kind == fd::attempt_result::failed ? a.error.message() : "");
}

struct tree : temporary_directory
{
    fs::path const readers = path.string() + ".readers", write = path.string() + ".write",
                   state = path.string() + ".state", removed = directory / "removed";

    // A reader on another host. Its marker is not taken for stale before it was watched for the
    // threshold.
    std::string const reader_name = "0123456789abcdef0123456789abcdef.4711";
    std::string const reader_record = "0123456789abcdef0123456789abcdef\n4711\nanother-host\n";

    soft_read_write_lock_options options;

    tree()
    {
        options.heartbeat_interval = 1h;
        options.stale_threshold = 3h;
        options.settle = 0ns;
    }

    void add_reader() const
    {
        fs::create_directory(readers);
        write_text(readers / reader_name, reader_record);
    }
    void remove_reader() const { fs::remove(readers / reader_name); }

    /// Puts a marker of a live process without a witness into `state`.
    void enter_state() const { write_text(state, own_record(directory)); }
    void leave_state() const { fs::remove(state); }

    void replace_readers() const
    {
        fs::rename(readers, removed);
        fs::create_directory(readers);
    }

    std::unique_ptr<fd::soft_read_write_protocol> make(storage where)
    {
        options.where = where;
        return std::make_unique<fd::soft_read_write_protocol>(path, options);
    }
};

std::string attempt(fd::soft_read_write_protocol& lock, lock_mode mode = lock_mode::exclusive)
{
    return name_of(lock.attempt(mode, {}));
}

// Repeats attempts until the claim has settled.
std::string settled_attempt(fd::soft_read_write_protocol& lock)
{
    auto const until = std::chrono::steady_clock::now() + patience;
    auto came = attempt(lock);
    for (; came == "in progress" && std::chrono::steady_clock::now() < until; came = attempt(lock))
        std::this_thread::yield();
    return came;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tree_steps, tree)

// Claims

// A Python reader looks for a writer and creates its marker while it is in `state`.
BOOST_AUTO_TEST_CASE(settling_writer_waits_for_the_process_in_state)
{
    BOOST_TEST(with_growing_time(20ms, [&](std::chrono::milliseconds time) {
                   options.settle = time;
                   auto const writer = make(storage::network);
                   unless_late(attempt(*writer) == "in progress",
                               "the first attempt took too long");
                   enter_state();
                   BOOST_TEST(settled_attempt(*writer) == "busy");
                   BOOST_TEST(attempt(*writer) == "busy");
                   leave_state();
                   BOOST_TEST(attempt(*writer) == "acquired");
                   BOOST_TEST(!writer->release());
               }) == "");
}

BOOST_AUTO_TEST_CASE(second_claim_settles_as_the_first)
{
    BOOST_TEST(with_growing_time(20ms, [&](std::chrono::milliseconds time) {
                   options.settle = time;
                   add_reader();
                   auto const writer = make(storage::network);
                   BOOST_TEST(settled_attempt(*writer) == "busy");
                   BOOST_TEST_REQUIRE(fs::remove(write));
                   remove_reader();
                   unless_late(attempt(*writer) == "in progress", "it has not settled");
                   BOOST_TEST(settled_attempt(*writer) == "acquired");
                   BOOST_TEST(!writer->release());
               }) == "");
}

BOOST_DATA_TEST_CASE(writer_stamps_its_claim_while_it_waits_for_readers, both_storages, where)
{
    options.heartbeat_interval = 1ns;
    add_reader();
    auto const writer = make(where);
    BOOST_TEST(attempt(*writer) == "busy");
    auto const now = fs::last_write_time(write);
    fs::last_write_time(write, now - 1000);
    BOOST_TEST(attempt(*writer) == "busy");
    BOOST_TEST(fs::last_write_time(write) >= now);
    writer->withdraw();
    BOOST_TEST(!fs::exists(write));
}

// Python peers rely on this: they look for a writer and create their marker while they are in
// `state`.
BOOST_DATA_TEST_CASE(stale_writer_is_removed_in_state_alone, both_storages, where)
{
    boost::filelock::soft_read_write_lock_options stored;
    stored.where = where;
    fd::access_times times(stored), no_time(stored);
    times.threshold = no_time.threshold = no_time.good_for = 0ns;
    times.good_for = 1h;
    fd::writer_gate gate(path, stored, times), slow(path, stored, no_time);
    write_text(write, reader_record);
    BOOST_TEST(name_of(gate.evict(where)) == "busy");
    BOOST_TEST(name_of(slow.in_state([&] { return slow.evict(where); })) == "busy");
    if (where == storage::network) {
        auto const came = gate.in_state([&] {
            leave_state(); // as a host that takes it for abandoned does
            return gate.evict(where);
        });
        BOOST_TEST(name_of(came) == "busy");
    }
    BOOST_TEST(text_of(write) == reader_record);
    BOOST_TEST(name_of(gate.in_state([&] { return gate.evict(where); })) == "acquired");
    BOOST_TEST(!fs::exists(write));
    BOOST_TEST(!fs::exists(state));
}

// The readers' directory

BOOST_DATA_TEST_CASE(directory_is_in_place_while_its_path_names_it, both_storages, where)
{
    fd::reader_directory at(readers);
    BOOST_TEST_REQUIRE(!at.open({}));
    error_code ec;
    BOOST_TEST(at.is_in_place(where, ec));
    fs::rename(readers, removed);
    BOOST_TEST(!at.is_in_place(where, ec));
    BOOST_TEST(!ec);
    fs::create_directory(readers);
    BOOST_TEST(!at.is_in_place(where, ec));
    BOOST_TEST(!ec);
    fs::remove(readers);
    write_text(readers, "");
    BOOST_TEST(!at.is_in_place(where, ec));
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(marker_of_a_reader_is_looked_for_in_the_directory_that_others_open)
{
    fd::reader_directory at(readers);
    BOOST_TEST_REQUIRE(!at.open({}));
    add_reader();
    error_code ec;
    auto const found = [&] { return at.state_of(reader_name, reader_record, ec); };
    BOOST_TEST((found() == fate::intact));
    replace_readers();
    BOOST_TEST((found() == fate::missing));
    add_reader();
    BOOST_TEST((found() == fate::intact));
    write_text(readers / reader_name, "");
    BOOST_TEST((found() == fate::replaced));
    BOOST_TEST(!ec);
}

BOOST_DATA_TEST_CASE(no_reader_counts_in_a_directory_that_was_replaced, both_storages, where)
{
    fd::reader_set crowd(readers, 3h, 1h);
    BOOST_TEST_REQUIRE(!crowd.directory().open({}));
    BOOST_TEST(name_of(crowd.drain(where, write)) == "acquired");
    replace_readers();
    add_reader();
    auto const came = crowd.drain(where, write);
    BOOST_TEST(name_of(came) == "retry");
    BOOST_TEST((came.delay == came.delay.zero()));
    BOOST_TEST(!crowd.directory().is_open());
    BOOST_TEST_REQUIRE(!crowd.directory().open({}));
    BOOST_TEST(name_of(crowd.drain(where, write)) == "busy");
}

BOOST_DATA_TEST_CASE(reader_loses_the_lock_when_the_directory_is_replaced, both_storages, where)
{
    auto const reader = make(where);
    BOOST_TEST_REQUIRE(attempt(*reader, lock_mode::shared) == "acquired");
    auto const marker = names_in(readers).at(0);
    error_code ec;
    BOOST_TEST(reader->still_held(ec));
    replace_readers();
    BOOST_TEST(!reader->still_held(ec));
    BOOST_TEST((reader->lost() == boost::filelock::loss_reason::marker_missing));
    BOOST_TEST((reader->refresh().lost == boost::filelock::loss_reason::marker_missing));
    // A user restores the directory.
    fs::remove(readers);
    fs::rename(removed, readers);
    BOOST_TEST(reader->still_held(ec));
    BOOST_TEST(!reader->lost());
    BOOST_TEST((names_in(readers) == names_list{marker}));
    BOOST_TEST(!reader->release());
    BOOST_TEST(fs::is_empty(readers));
}

// Between two system calls

namespace {

// Markers are published with linkat, a writer's marker after the marker of `state`.
stop_point const reader_named{"linkat", 1}, state_named{"linkat", 1}, writer_named{"linkat", 2};

struct stopped_tree : tree
{
    deed attempts_in(lock_mode mode, storage where)
    {
        deed d;
        auto const lock = std::make_shared<std::unique_ptr<fd::soft_read_write_protocol>>();
        d.then = [this, lock, where, mode] {
            *lock = make(where);
            return attempt(**lock, mode);
        };
        d.last = [lock] {
            (*lock)->withdraw();
            auto const ec = (*lock)->release();
            return ec ? ec.message() : "";
        };
        return d;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(between_calls, stopped_tree, *ut::precondition(can_trace))

// On network storage another host may take `state` for abandoned.
BOOST_AUTO_TEST_CASE(writer_that_has_lost_state_while_it_claims_has_no_claim)
{
    stopped writes(attempts_in(lock_mode::exclusive, storage::network), writer_named);
    BOOST_TEST_REQUIRE(writes.has_met());
    leave_state();
    enter_state();
    auto const others = text_of(state);
    BOOST_TEST(writes.go_on() != "acquired");
    BOOST_TEST(text_of(state) == others);
    leave_state();
    BOOST_TEST(writes.at_last() == "");
    BOOST_TEST(!fs::exists(write));
}

// Another process may take `state` for abandoned.
BOOST_AUTO_TEST_CASE(writer_that_was_in_state_for_too_long_claims_again)
{
    options.heartbeat_interval = 50ms;
    options.stale_threshold = 100ms; // leaves the writer 50 ms
    stopped writes(attempts_in(lock_mode::exclusive, storage::local), state_named);
    BOOST_TEST_REQUIRE(writes.has_met());
    std::this_thread::sleep_for(51ms);
    writes.go_on();
    writes.at_last();
    auto const calls = writes.calls();
    BOOST_TEST(std::count_if(calls.begin(), calls.end(), [this](stop_point const& p) {
                   return p.call == "linkat" && p.text.find(write.string()) != p.text.npos;
               }) > 1);
}

BOOST_DATA_TEST_CASE_F(stopped_tree, writer_follows_the_directory_of_the_readers, both_storages,
                       where)
{
    for (bool const is_one_there : {true, false}) {
        stopped writes(attempts_in(lock_mode::exclusive, where), writer_named);
        BOOST_TEST_REQUIRE(writes.has_met());
        replace_readers();
        if (is_one_there)
            add_reader();
        BOOST_TEST(writes.go_on() == (is_one_there ? "busy" : "acquired"));
        BOOST_TEST(writes.at_last() == "");
        BOOST_TEST(!fs::exists(write));
        remove_reader();
        fs::remove(removed);
    }
}

// A writer makes its claim after the reader has looked for one.
BOOST_DATA_TEST_CASE_F(stopped_tree, reader_looks_for_a_writer_after_it_has_a_marker, both_storages,
                       where)
{
    stopped reads(attempts_in(lock_mode::shared, where), reader_named);
    BOOST_TEST_REQUIRE(reads.has_met());
    write_text(write, reader_record);
    BOOST_TEST(reads.go_on() == "busy");
    BOOST_TEST(fs::is_empty(readers));
    reads.at_last();
    BOOST_TEST(text_of(write) == reader_record);
}

BOOST_DATA_TEST_CASE_F(stopped_tree, reader_follows_the_directory_of_the_readers, both_storages,
                       where)
{
    stopped reads(attempts_in(lock_mode::shared, where), reader_named);
    BOOST_TEST_REQUIRE(reads.has_met());
    replace_readers();
    BOOST_TEST(reads.go_on() == "acquired");
    BOOST_TEST(names_in(readers).size() == 1u);
    BOOST_TEST(fs::is_empty(removed));
    BOOST_TEST(reads.at_last() == "");
    BOOST_TEST(fs::is_empty(readers));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
