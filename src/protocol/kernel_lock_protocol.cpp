// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel_lock_protocol.hpp"

#include "../platform/kernel_lock.hpp"

#include <boost/filelock/error.hpp>

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

} // namespace

kernel_lock_protocol::kernel_lock_protocol(filesystem::path absolute,
                                           file_lock_options const& options)
    : path_(std::move(absolute)), options_(options)
{}

answer kernel_lock_protocol::attempt(lock_mode)
{
    return attempt_with(try_kernel_lock);
}

answer kernel_lock_protocol::sleep(lock_mode)
{
    return attempt_with(wait_for_kernel_lock);
}

answer kernel_lock_protocol::attempt_with(lock_call lock)
{
    for (int i = 0; i < patience; ++i) {
        if (!file_.is_open())
            if (auto const ec = open())
                return ec;
        auto const ec = lock(file_);
        if (ec && ec != system::errc::operation_would_block)
            return ec;
        auto const verdict = judge(!ec);
        if (verdict.kind == answer::have_it || verdict.kind == answer::busy)
            return verdict;
        (void)release(); // of a lock that is worth nothing
        if (verdict.kind == answer::failed)
            return verdict;
    }
    return answer::busy;
}

// Whether the lock that was had, or was found busy, is that of the file that the path names.
answer kernel_lock_protocol::judge(bool locked)
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
        if (auto const parents = create_parents())
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
    system::error_code ec;
    if (options_.create_directories)
        filesystem::create_directories(path_.parent_path(), ec);
    else if (!filesystem::exists(path_.parent_path(), ec) && !ec)
        ec = make_error_code(system::errc::no_such_file_or_directory);
    return ec;
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
