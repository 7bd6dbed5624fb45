// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Releases of different formats on one path. A marker of an earlier format counts as one of this
// release. A file of a later format is waited for or refused, and never evicted: by no age, no
// option and no number of attempts.
//
// marker_record.cpp and access_marker.cpp have the texts that this release writes, and classify
// other texts. The files on disk are tested by soft_file_lock.cpp and soft_read_write_files.cpp.

#include "../src/protocol/found_marker.hpp"
#include "support/calls.hpp"
#include "support/kernel_state.hpp"
#include "support/marker_tree.hpp"
#include "support/markers.hpp"
#include "support/soft_read_write_roles.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <ostream>
#include <string>
#include <thread>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::error;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::filelock::detail::may_be_a_marker;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

enum class reaction
{
    waits,
    refuses
};

struct later_format // or one of another kind of lock
{
    char const* what;
    std::string text;
    reaction expected;

    friend std::ostream& operator<<(std::ostream& out, later_format const& f)
    {
        return out << f.what;
    }
};

std::string const no_pid = "2147483647"; // greater than every pid of Linux (PID_MAX_LIMIT)

// The first line of a versioned record is its version. "filelock/2" is known, but its content is
// not judged, so a later release may add to it.
auto const later_markers = data::make({
    later_format{"a lease", "filelock/2\npid=1\nhost=h\nmode=lease\n", reaction::waits},
    later_format{"an unknown mode", "filelock/2\nmode=queue\npid=1\nhost=h\n", reaction::waits},
    later_format{"an unknown key", "filelock/2\npid=1\nfence=7\nhost=h\n", reaction::waits},
    later_format{"a version alone", "filelock/2\n", reaction::waits},
    later_format{"a later version", "filelock/3\npid=1\nhost=h\n", reaction::refuses},
    later_format{"a strict sentinel", "1\nfilelock-strict-v1\0\n0\n"s, reaction::waits},
    later_format{"a later sentinel", "1\nfilelock-strict-v2\0\n0\n"s, reaction::refuses},
    later_format{"a fourth line", no_pid + '\n' + host_name() + "\n12345\nmore\n",
                 reaction::refuses},
    later_format{"a key in the third line", no_pid + '\n' + host_name() + "\nboot=1\n",
                 reaction::refuses},
});

auto const later_access_markers = data::make({
    later_format{"a fourth line", some_token + '\n' + no_pid + '\n' + host_name() + "\n12345\n",
                 reaction::refuses},
    later_format{"a longer token", some_token + some_token + "\n1\nh\n", reaction::refuses},
    later_format{"a version", "filelock-rw/2\n" + some_token + "\n1\nh\n", reaction::refuses},
});

/// Returns options that evict as much as options can.
soft_file_lock_options merciless(storage where)
{
    soft_file_lock_options options;
    options.poll_interval = 1ms;
    options.where = where;
    options.lifetime = 1ns;
    options.malformed_grace = 0ns;
    return options;
}

/// Returns options with which other markers become stale after 4 ms.
soft_read_write_lock_options eager(storage where)
{
    auto options = steady(where);
    options.heartbeat_interval = 500us;
    options.stale_threshold = 4ms;
    return options;
}

/// Checks that no attempt acquires the lock, and that each waits or is refused.
template <class Attempt>
void check_attempts(reaction expected, Attempt const& attempt)
{
    for (auto const limit : {0ms, 0ms, 1ms}) {
        bool has_it = false;
        auto const ec = error_of([&] { has_it = attempt(limit); });
        BOOST_TEST(!has_it);
        if (expected == reaction::refuses)
            BOOST_TEST((ec == error::not_a_lock_file), ec.message());
        else
            BOOST_TEST(!ec, ec.message());
    }
}

/// Checks that no attempt of a writer acquires the lock, although it has seen the file unchanged
/// for the threshold. On a busy machine the writer loses its own claim before it is refused.
void check_patient_writer(fs::path const& path, storage where)
{
    soft_read_write_lock lock(path, eager(where));
    for (int i = 0; i < 2; ++i) {
        bool has_it = false;
        (void)error_of([&] { has_it = lock.try_lock(); });
        BOOST_TEST(!has_it);
        std::this_thread::sleep_for(5ms);
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(format_versions, marker_tree)

BOOST_AUTO_TEST_SUITE(later_formats)

BOOST_DATA_TEST_CASE_F(marker_tree, of_a_marker_are_never_evicted, both_storages* later_markers,
                       where, f)
{
    write_text(path, f.text);
    make_old(path);
    auto const before = stat_of(path);
    soft_file_lock lock(path, merciless(where));
    check_attempts(f.expected, [&](auto limit) { return lock.try_lock_for(limit); });
    BOOST_TEST(text_of(path) == f.text);
    BOOST_TEST(stat_of(path).st_ino == before.st_ino);
    BOOST_TEST((stamp_of(path) == as_duration(before.st_mtim)));
    BOOST_TEST(names_in(directory).size() == 1u);
}

// `PATH.state` has the same format. Readers do without it.
BOOST_DATA_TEST_CASE_F(marker_tree, of_state_are_never_evicted, both_storages* later_markers, where,
                       f)
{
    write_text(state, f.text);
    make_old(state);
    soft_read_write_lock lock(path, steady(where));
    check_attempts(f.expected, [&](auto limit) { return lock.try_lock_for(limit); });
    check_patient_writer(path, where);
    BOOST_TEST(text_of(state) == f.text);
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader, steady(where)));
}

// A reader does not read the markers of readers.
BOOST_DATA_TEST_CASE_F(marker_tree, of_readers_and_writers_are_never_evicted,
                       everyone* later_access_markers, where, r, f)
{
    auto const marker = forge(r, f.text);
    make_old(marker);
    soft_read_write_lock lock(path, steady(where));
    check_attempts(f.expected, [&](auto limit) { return lock.try_lock_for(limit); });
    check_patient_writer(path, where);
    if (r == role::writer)
        check_attempts(f.expected, [&](auto limit) { return lock.try_lock_shared_for(limit); });
    BOOST_TEST(text_of(marker) == f.text);
}

BOOST_DATA_TEST_CASE_F(marker_tree, are_not_reported_as_a_known_owner, later_markers, f)
{
    write_text(path, f.text);
    auto const who = soft_file_lock(path).holder();
    BOOST_TEST(!soft_file_lock(path).pid());
    BOOST_TEST(who.has_value() == (f.expected == reaction::waits));
    if (who)
        BOOST_TEST((who->mode != owner_mode::marker));
}

// An operator breaks a marker whose kind is known. No other file is removed.
BOOST_DATA_TEST_CASE_F(marker_tree, are_broken_by_hand_where_they_are_known, later_markers, f)
{
    write_text(path, f.text);
    error_code ec;
    soft_file_lock(path).break_lock(ec);
    bool const is_lease = f.text.compare(0, 11, "filelock/2\n") == 0;
    BOOST_TEST(is_there(path) == !is_lease);
    BOOST_TEST((ec == (is_lease ? error_code() : error_code(error::not_a_lock_file))));
}

// Processes that die leave files under temporary names. Others remove what may be a marker.
BOOST_DATA_TEST_CASE_F(marker_tree, under_temporary_names_are_kept, later_markers, f)
{
    BOOST_TEST(may_be_a_marker(f.text) == (f.expected == reaction::waits));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
