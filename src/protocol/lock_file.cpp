// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_file.hpp"

#include "../platform/clock.hpp"
#include "../platform/storage.hpp"
#include "parent_directories.hpp"

#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

namespace {

// Errors of open(2) with O_CREAT after another host has just created the file: EEXIST although
// O_EXCL was not given (OCFS2, MooseFS), ESTALE (GlusterFS), EPERM (sshfs).
bool may_be_a_race(system::error_code const& ec) noexcept
{
    return ec == system::errc::file_exists || ec == system::errc::operation_not_permitted ||
           is_server_lost(ec);
}

// A process of another user may have just created the file, and not yet set the permissions that
// let us open it. It may also have died before that, so the wait for it is short.
bool may_be_in_the_making(file_facts const& file) noexcept
{
    constexpr auto longest = std::chrono::seconds(2);
    auto const age = time_of_day() - file.changed;
    return -longest < age && age < longest;
}

} // namespace

// Repeats an open that failed with `ec`. The parent directories may be missing, or may have gone
// between making them and the open.
system::error_code lock_file::open_after(system::error_code ec, access least, bool waits)
{
    for (int i = 1; i < max_reopens; ++i) {
        bool const is_missing = ec == system::errc::no_such_file_or_directory;
        if (!is_missing && !may_be_a_race(ec))
            break;
        if (is_missing)
            if (auto const failed = make_parent_directories(path_, create_directories_))
                return failed;
        ec = file_.open_lock_file(path_, permissions_, least);
    }
    if (!ec || ec == system::errc::no_such_file_or_directory)
        return ec;
    // A symbolic link gives ELOOP, a socket ENXIO; a loop of links further up gives ELOOP as well.
    file_facts found;
    if (ec == system::errc::is_a_directory || facts_of(path_, found))
        return ec;
    if (!found.is_regular)
        return error::not_a_lock_file;
    if (waits && ec == system::errc::permission_denied && may_be_in_the_making(found))
        return make_error_code(system::errc::operation_would_block); // a later attempt may succeed
    return ec;
}

bool lock_file::is_local() const noexcept
{
    return has_local_rules(where_, file_);
}

void lock_file::observe(file_facts const& named) noexcept
{
    observed_file_ = named.identity;
    has_other_names_ = named.has_other_names;
    use_of_marks_.reset();
    if (stay_ != stay::never)
        stay_ = stay::unused;
}

// Holders on other than local storage always close the file. Holders that reach the file by another
// directory look for marks there: it has several names, or is mounted by itself, as in a container.
lock_file::marks lock_file::use_of_marks() noexcept
{
    if (!use_of_marks_)
        use_of_marks_ = !is_local()                                              ? marks::not_needed
                        : has_other_names_ || !is_known_not_to_be_mounted(file_) ? marks::unreliable
                                                                                 : marks::reliable;
    return *use_of_marks_;
}

bool lock_file::decide_to_stay() noexcept
{
    if (!is_open())
        return false;
    if (stay_ == stay::unused)
        stay_ = stay::undecided;
    else if (stay_ == stay::undecided && permit_.acquire())
        stay_ = use_of_marks() == marks::reliable && marks_.can_ask() ? stay::yes : stay::no;
    return stay_ == stay::yes;
}

watch_result lock_file::request_notice() noexcept
{
    auto const use = use_of_marks();
    if (use == marks::not_needed || marks_.is_set(*observed_file_))
        return watch_result::already;
    bool const is_anew = use == marks::reliable && marks_.set(*observed_file_);
    return is_anew ? watch_result::anew : watch_result::no;
}

bool lock_file::is_valid_after(system::error_code& ec) noexcept
{
    bool valid = false;
    // SMB reports EACCES for a lock that is held already, by any open file. The check of the path
    // decides.
    if (ec == system::errc::operation_would_block && refuses_held_lock(file_))
        ec.clear();
    if (!ec)
        ec = is_valid(valid);
    if (ec == system::errc::operation_would_block) {
        ec.clear(); // another holder has it
        is_lost_ = true;
    }
    // After these errors the server may have forgotten the lock, whatever it reports later.
    if (is_server_lost(ec))
        is_lost_ = true;
    return valid;
}

} // namespace detail
} // namespace filelock
} // namespace boost
