// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel_lock_protocol.hpp"

#include "../platform/kernel_lock.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/exception.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// How often one attempt follows a path that is made to name another file meanwhile, and an open
// that says ENOENT although the parent is there (FUSE and NFS split the look-up from the creation).
constexpr int patience = 10;

// What making parents says when others make and remove them at the same time.
bool is_race(system::error_code const& ec)
{
    return ec == system::errc::no_such_file_or_directory || ec == system::errc::file_exists;
}

} // namespace

kernel_lock_protocol::kernel_lock_protocol(filesystem::path absolute,
                                           file_lock_options const& options)
    : path_(std::move(absolute)), options_(options)
{}

answer kernel_lock_protocol::attempt(lock_mode)
{
    for (int i = 0; i < patience; ++i) {
        if (!file_.is_open()) {
            auto const ec = open();
            if (ec == system::errc::operation_would_block)
                break; // somebody's lease on the file (fcntl F_SETLEASE) is being recalled
            if (ec)
                return ec;
        }
        auto const verdict = judge(try_kernel_lock(file_));
        if (verdict.kind != answer::ask_again)
            return verdict;
    }
    return answer::again_after(options_.poll_interval);
}

answer kernel_lock_protocol::sleep(lock_mode mode)
{
    if (!file_.is_open())
        return attempt(mode);
    auto const verdict = judge(wait_for_kernel_lock(file_));
    return verdict.kind == answer::ask_again ? attempt(mode) : verdict;
}

answer kernel_lock_protocol::judge(system::error_code const& locking)
{
    if (locking && locking != system::errc::operation_would_block)
        return locking;
    auto const verdict = judge_file(!locking);
    if (verdict.kind != answer::have_it && verdict.kind != answer::busy)
        (void)release(); // of a lock that is worth nothing
    return verdict;
}

// Whether the lock that was had, or was found busy, is that of the file that the path names.
answer kernel_lock_protocol::judge_file(bool locked)
{
    file_facts ours, named;
    if (auto const ec = facts_of(file_, ours))
        return ec;
    if (!ours.is_regular)
        return make_error_code(error::not_a_lock_file);
    if (!ours.has_name)
        return answer::ask_again;
    if (auto const ec = facts_of(path_, named))
        return ec == system::errc::no_such_file_or_directory ? answer(answer::ask_again) : ec;
    if (!(named.identity == ours.identity))
        return answer::ask_again;
    met_ = ours.identity;
    if (!locked)
        return answer::busy;
    // Not before the lock is held: a contender that loses must have changed nothing.
    if (options_.permissions && *options_.permissions != ours.permissions)
        if (auto const ec = set_permissions(file_, *options_.permissions))
            return ec;
    return answer::have_it;
}

system::error_code kernel_lock_protocol::open()
{
    system::error_code ec;
    for (int i = 0; i < patience; ++i) {
        ec = file_.open_lock_file(path_, options_.permissions);
        if (!ec)
            return ec;
        if (ec != system::errc::no_such_file_or_directory)
            break;
        auto const parents = create_parents();
        if (parents && !is_race(parents))
            return parents;
    }
    // A symbolic link gives ELOOP, a socket ENXIO; a loop of links further up gives ELOOP as well.
    file_facts found;
    if (ec != system::errc::is_a_directory && !facts_of(path_, found) && !found.is_regular)
        return error::not_a_lock_file;
    return ec;
}

system::error_code kernel_lock_protocol::create_parents() const
{
    auto const parent = path_.parent_path();
    try {
        // The overloads with an error code are noexcept in Boost 1.81, and allocate.
        if (options_.create_directories)
            filesystem::create_directories(parent);
        else if (!filesystem::exists(parent))
            return make_error_code(system::errc::no_such_file_or_directory);
        return {};
    } catch (filesystem::filesystem_error const& e) {
        return e.code();
    }
}

void kernel_lock_protocol::withdraw() noexcept
{
    file_.close();
}

system::error_code kernel_lock_protocol::release() noexcept
{
    // Both, in this order: waiters watch for the close, which the kernel reports before it drops
    // the lock of that descriptor; and a copy of the descriptor elsewhere would keep the lock.
    auto const ec = kernel_unlock(file_);
    file_.close();
    return ec;
}

} // namespace detail
} // namespace filelock
} // namespace boost
