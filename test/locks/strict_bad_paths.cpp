// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Other files at the path of a `strict_soft_file_lock` and at the paths of its directories, missing
// directories, and the permissions of those that it makes.

#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/kernel_state.hpp"
#include "support/odd_files.hpp"
#include "support/privileges.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::error;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lock;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::filelock::strict_soft_file_lock_options;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

struct odd_file
{
    char const* what;
    file_maker make;

    friend std::ostream& operator<<(std::ostream& out, odd_file const& f) { return out << f.what; }
};

// At the path of the lock.
std::vector<odd_file> const foreign_files = {
    {"data", text("hello\n")},
    {"a claim", text(claim_text(first_token, 4711, "elsewhere"))},
    {"the sentinel and more", text(sentinel + "\n")},
    {"a part of the sentinel", text(sentinel.substr(0, 21))},
    {"the sentinel of a later version", text("1\nfilelock-strict-v2\0\n0\n"s)},
    {"large data", text(sentinel + std::string(2000, '\0'))},
    {"a directory", make_directory},
    {"a FIFO", make_fifo},
    {"a socket", make_socket},
    {"a link to the sentinel", link_to(sentinel)},
    {"a link to nothing", make_dangling_link},
};

std::vector<odd_file> const markers = {
    {"an empty file", text("")},
    {"NULs", text(std::string(24, '\0'))},
    {"a part of a marker", text("47")},
    {"a marker of another host", text("4711\nelsewhere\n")},
    {"a part of a lease", text("filelock/2\npid=1\n")},
    {"a lease", text("filelock/2\npid=1\nhost=h\nmode=lease\ntoken=t\nduration=1.0\n")},
    {"another contract", text("filelock/2\npid=1\nhost=h\nmode=queue\n")},
};

// At the paths of the directories.
std::vector<odd_file> const no_directories = {
    {"an empty file", text("")},
    {"the sentinel", text(sentinel)},
    {"a FIFO", make_fifo},
    {"a link to a directory", make_directory_link},
    {"a link to nothing", make_dangling_link},
};

struct strict_paths : claim_files
{
    fs::path const aside = directory / "aside";

    void check_not_a_lock_file(storage where) const
    {
        strict_soft_file_lock lock(path, strict_options(where));
        auto const before = open_descriptors();
        BOOST_TEST((error_of(lock) == error::not_a_lock_file));
        BOOST_TEST((error_of(lock, patience) == error::not_a_lock_file));
        try {
            lock.lock();
            BOOST_ERROR("it was acquired");
        } catch (lock_error const& e) {
            BOOST_TEST((e.code() == error::not_a_lock_file));
            BOOST_TEST(e.claim() == "");
        }
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(open_descriptors() == before);
    }

    /// Checks that the lock waits for what is at the path.
    void check_waits(storage where) const
    {
        strict_soft_file_lock lock(path, strict_options(where));
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST((error_of(lock, 20ms) == errc::timed_out));
        BOOST_TEST(claim_names().empty());
    }

    void check_no_claims() const { BOOST_TEST((!is_there(claims) || claim_names().empty())); }
};

/// Runs `f` with the umask.
template <class F>
void with_umask(int mask, F const& f)
{
    auto const before = ::umask(static_cast<::mode_t>(mask));
    f();
    ::umask(before);
}

auto const umasks = data::make({022, 077, 0});

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_bad_paths, strict_paths)

BOOST_AUTO_TEST_SUITE(at_the_path)

BOOST_DATA_TEST_CASE_F(strict_paths, foreign_file_is_refused_and_untouched,
                       both_storages* data::make(foreign_files), where, other)
{
    other.make(path, aside);
    auto const before = facts_of(path);
    auto const is_regular = (before.st_mode & S_IFMT) == S_IFREG;
    auto const content = is_regular ? text_of(path) : "";
    check_not_a_lock_file(where);
    BOOST_TEST(facts_of(path).st_ino == before.st_ino);
    BOOST_TEST(facts_of(path).st_mtim.tv_nsec == before.st_mtim.tv_nsec);
    BOOST_TEST((!is_regular || text_of(path) == content));
    BOOST_TEST((!is_there(aside) || text_of(aside) == sentinel));
    BOOST_TEST(!is_there(directory / "nothing"));
    check_no_claims();
}

BOOST_DATA_TEST_CASE_F(strict_paths, marker_is_waited_for_however_old_it_is,
                       both_storages* data::make(markers), where, other)
{
    other.make(path, aside);
    make_old(path);
    auto const before = facts_of(path);
    auto const content = text_of(path);
    check_waits(where);
    BOOST_TEST(facts_of(path).st_ino == before.st_ino);
    BOOST_TEST(facts_of(path).st_mtim.tv_sec == before.st_mtim.tv_sec);
    BOOST_TEST(text_of(path) == content);
    fs::remove(path);
    BOOST_TEST(is_free(where));
    BOOST_TEST(text_of(path) == sentinel);
}

BOOST_DATA_TEST_CASE_F(strict_paths, soft_file_lock_is_waited_for, both_storages, where)
{
    soft_file_lock soft(path);
    soft.lock();
    auto const content = text_of(path);
    check_waits(where);
    BOOST_TEST(text_of(path) == content);
    soft.unlock();
    BOOST_TEST(is_free(where));
    BOOST_TEST(!soft.try_lock());
}

BOOST_DATA_TEST_CASE_F(strict_paths, soft_file_lease_is_waited_for, both_storages, where)
{
    soft_file_lease lease(path);
    lease.lock();
    check_waits(where);
    lease.unlock();
    BOOST_TEST(is_free(where));
    BOOST_TEST(!lease.try_lock());
}

BOOST_DATA_TEST_CASE_F(strict_paths, marker_of_the_dead_is_waited_for, both_storages, where)
{
    auto const dead = record_of_the_dead(directory);
    write_text(path, dead);
    make_old(path);
    check_waits(where);
    BOOST_TEST(text_of(path) == dead);
    soft_file_lock soft(path); // evicts it
    BOOST_TEST(soft.try_lock());
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_read_is_waited_for, *ut::precondition(is_root))
{
    make_directories();
    for (auto const& open : {directory, box, claims})
        fs::permissions(open, fs::perms(0777));
    for (auto const& content : {sentinel, "data"s, ""s}) {
        write_text(path, content);
        fs::permissions(path, fs::perms(0600));
        BOOST_TEST(as_nobody([&] {
                       strict_soft_file_lock lock(path, strict_options());
                       return error_of(lock, 20ms) == errc::timed_out ? 0 : 1;
                   }) == 0);
        BOOST_TEST(text_of(path) == content);
        BOOST_TEST(claim_names().empty());
    }
}

BOOST_AUTO_TEST_CASE(name_that_leaves_no_room_for_a_private_name_is_refused)
{
    for (auto const length : {200u, 206u, 207u, 246u, 247u, 255u, 256u}) {
        auto const at = directory / std::string(length, 'x');
        strict_soft_file_lock lock(at, strict_options());
        auto const ec = error_of(lock);
        if (length <= 206)
            BOOST_TEST(!ec, length << ": " << ec.message());
        else
            BOOST_TEST((ec == errc::filename_too_long), length << ": " << ec.message());
        if (length <= 255)
            BOOST_TEST(is_there(at) == (length <= 206));
    }
}

BOOST_AUTO_TEST_CASE(name_need_not_be_utf_8)
{
    auto const odd = directory / "\xff\xfe \n.lock";
    strict_soft_file_lock lock(odd), other(odd);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!other.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(directories)

BOOST_DATA_TEST_CASE_F(strict_paths, other_file_beside_the_path_is_refused_and_untouched,
                       both_storages* data::make(no_directories), where, other)
{
    for (auto const& in_the_way : {box, claims}) {
        other.make(in_the_way, aside);
        auto const before = facts_of(in_the_way);
        check_not_a_lock_file(where);
        strict_soft_file_lock lock(path);
        error_code ec;
        BOOST_TEST(lock.claims(ec).empty());
        BOOST_TEST((ec == error::not_a_lock_file), ec.message());
        BOOST_TEST(facts_of(in_the_way).st_ino == before.st_ino);
        BOOST_TEST((!is_there(aside / "claims") || fs::is_empty(aside / "claims")));
        BOOST_TEST(!is_there(directory / "nothing"));
        BOOST_TEST(!is_there(path));
        fs::remove(in_the_way);
        fs::create_directories(box);
    }
}

BOOST_AUTO_TEST_CASE(missing_parents_are_made)
{
    auto const at = directory / "a" / "b" / "x.lock";
    strict_soft_file_lock lock(at, strict_options());
    lock.lock();
    BOOST_TEST(text_of(at) == sentinel);
}

BOOST_DATA_TEST_CASE_F(strict_paths, missing_parents_are_an_error_if_they_are_not_to_be_made,
                       both_storages, where)
{
    auto options = strict_options(where);
    options.create_directories = false;
    strict_soft_file_lock lock(directory / "a" / "x.lock", options);
    BOOST_TEST((error_of(lock) == errc::no_such_file_or_directory));
    BOOST_TEST((error_of(lock, patience) == errc::no_such_file_or_directory));
    BOOST_TEST(fs::is_empty(directory));
    strict_soft_file_lock here(path, options); // its own directories are made
    BOOST_TEST(here.try_lock());
}

BOOST_AUTO_TEST_CASE(parent_that_is_no_directory_is_refused)
{
    write_text(directory / "file", "data");
    strict_soft_file_lock lock(directory / "file" / "x.lock", strict_options());
    BOOST_TEST((error_of(lock) == errc::not_a_directory), error_of(lock).message());
    fs::create_symlink("loop", directory / "loop");
    strict_soft_file_lock loops(directory / "loop" / "x.lock", strict_options());
    BOOST_TEST((error_of(loops) == errc::too_many_symbolic_link_levels));
}

BOOST_AUTO_TEST_CASE(that_may_not_be_written_are_an_error, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    auto const refused = [&] {
        return as_nobody([&] {
            strict_soft_file_lock lock(path, strict_options());
            return error_of(lock, patience) == errc::permission_denied ? 0 : 1;
        });
    };
    BOOST_TEST(refused() == 0);
    BOOST_TEST(fs::is_empty(directory));
    BOOST_TEST(is_free());
    BOOST_TEST(refused() == 0);
    check_no_claims();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(permissions)

void check_modes(claim_files const& of, unsigned of_files, unsigned of_directories)
{
    BOOST_TEST(mode_of(of.path) == of_files);
    BOOST_TEST(mode_of(of.box) == of_directories);
    BOOST_TEST(mode_of(of.claims) == of_directories);
    for (auto const& name : of.claim_names())
        BOOST_TEST(mode_of(of.claims / name) == of_files);
}

BOOST_DATA_TEST_CASE_F(strict_paths, are_by_default_those_of_the_umask, both_storages* umasks,
                       where, mask)
{
    strict_soft_file_lock lock(path, strict_options(where));
    with_umask(mask, [&] { lock.lock(); });
    auto const bits = ~static_cast<unsigned>(mask);
    check_modes(*this, 0666 & bits, 0777 & bits);
}

BOOST_DATA_TEST_CASE_F(strict_paths, are_the_given_ones_whatever_the_umask, both_storages* umasks,
                       where, mask)
{
    auto options = strict_options(where);
    options.permissions = fs::perms(0640);
    strict_soft_file_lock lock(path, options);
    with_umask(mask, [&] { lock.lock(); });
    check_modes(*this, 0640, 0750);
}

BOOST_AUTO_TEST_CASE(of_directories_allow_what_those_of_files_need)
{
    for (auto const& [files, directories] :
         {std::pair(0600u, 0700u), std::pair(0666u, 0777u), std::pair(0660u, 0770u),
          std::pair(0644u, 0755u), std::pair(0400u, 0700u), std::pair(0020u, 0730u)}) {
        auto options = strict_options();
        options.permissions = fs::perms(files);
        strict_soft_file_lock lock(path, options);
        lock.lock();
        check_modes(*this, files, directories);
        lock.unlock();
        fs::remove(path);
    }
}

// Their maker may have died before it set them.
BOOST_AUTO_TEST_CASE(of_existing_directories_are_corrected)
{
    make_directories();
    fs::permissions(box, fs::perms(0700));
    fs::permissions(claims, fs::perms(0700));
    auto options = strict_options();
    options.permissions = fs::perms(0660);
    strict_soft_file_lock lock(path, options);
    lock.lock();
    check_modes(*this, 0660, 0770);
}

BOOST_AUTO_TEST_CASE(let_several_users_share_a_lock, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    auto options = strict_options();
    options.permissions = fs::perms(0666);
    with_umask(077, [&] {
        strict_soft_file_lock lock(path, options);
        lock.lock();
        BOOST_TEST(as_nobody([&] {
                       strict_soft_file_lock other(path, options);
                       return error_of(other) == errc::timed_out && other.claims().size() == 2 ? 0
                                                                                               : 1;
                   }) == 0);
        lock.unlock();
        BOOST_TEST(as_nobody([&] {
                       strict_soft_file_lock other(path, options);
                       return other.try_lock() ? 0 : 1;
                   }) == 0);
    });
    BOOST_TEST(claim_names().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
