// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel_lock_protocol.hpp"

#include "../platform/kernel_lock.hpp"
#include "../platform/storage.hpp"
#include "parents.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// How often one attempt follows a path that is made to name another file meanwhile, and an open
// that says ENOENT although the parent is there (FUSE and NFS split the look-up from the creation).
constexpr int tries = 10;

} // namespace

kernel_lock_protocol::kernel_lock_protocol(filesystem::path absolute,
                                           file_lock_options const& options)
    : path_(std::move(absolute)), options_(options),
      first_(options.backend == kernel_lock::record ? kernel_lock::record : kernel_lock::flock)
{
    if (options.backend == kernel_lock::both)
        second_ = kernel_lock::record;
}

// The parts of an attempt are inline: after a system call the returns of a chain of calls are
// mispredicted, each of them, and it is them that a lock that is free costs besides the kernel.

answer kernel_lock_protocol::attempt(lock_mode mode)
{
    if (held_ != lock_mode::none && file_.is_open())
        return join();
    held_ = lock_mode::none;
    for (int i = 0; i < tries; ++i) {
        if (!file_.is_open()) {
            auto const ec = open(mode);
            if (ec == system::errc::operation_would_block)
                break; // somebody's lease on the file (fcntl F_SETLEASE) is being recalled
            if (ec)
                return ec;
        }
        auto const verdict = judge(mode, take(mode, patience::none));
        if (verdict.kind != answer::ask_again)
            return verdict;
    }
    return answer::again_after(options_.poll_interval);
}

// Another reader of the same object. He must not share a lock that is worth nothing any more,
// although those who have it know no better; so he waits for them to go.
answer kernel_lock_protocol::join()
{
    file_facts ours;
    if (auto const ec = facts_of(file_, ours))
        return ec;
    bool names_it;
    if (auto const ec = names_our_file(ours, names_it))
        return ec;
    return names_it && !is_lost_ ? answer::have_it : answer::busy;
}

answer kernel_lock_protocol::sleep(lock_mode mode)
{
    if (!file_.is_open())
        return attempt(mode);
    auto const verdict = judge(mode, take(mode, patience::endless));
    return verdict.kind == answer::ask_again ? attempt(mode) : verdict;
}

// Waits for no lock while it has another: who takes the two in the other order would wait for us.
inline system::error_code kernel_lock_protocol::take(lock_mode mode, patience p) noexcept
{
    auto ec = p == patience::endless ? wait_for_kernel_lock(file_.native(), first_, mode)
                                     : try_kernel_lock(file_.native(), first_, mode);
    if (ec || !second_)
        return ec;
    ec = try_kernel_lock(file_.native(), *second_, mode);
    if (ec) {
        if (auto const failed = kernel_unlock(file_.native(), first_))
            return failed;
        std::swap(first_, *second_);
    }
    return ec;
}

inline system::error_code kernel_lock_protocol::unlock() noexcept
{
    auto ec = kernel_unlock(file_.native(), first_);
    if (second_)
        if (auto const second = kernel_unlock(file_.native(), *second_); !ec)
            ec = second;
    return ec;
}

inline answer kernel_lock_protocol::judge(lock_mode mode, system::error_code const& locking)
{
    if (locking && locking != system::errc::operation_would_block)
        return locking;
    auto const verdict = judge_file(!locking);
    if (verdict.kind == answer::have_it) {
        held_ = mode;
        is_new_ = true;
        is_lost_ = false;
    } else if (verdict.kind != answer::busy) {
        (void)release(); // of a lock that is worth nothing
    }
    return verdict;
}

// Whether the lock that was had, or was found busy, is that of the file that the path names.
inline answer kernel_lock_protocol::judge_file(bool locked)
{
    file_facts ours;
    if (auto const ec = facts_of(file_, ours))
        return ec;
    if (!ours.is_regular)
        return make_error_code(error::not_a_lock_file);
    bool names_it;
    if (auto const ec = names_our_file(ours, names_it))
        return ec;
    if (!names_it)
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

inline system::error_code kernel_lock_protocol::names_our_file(file_facts const& ours,
                                                               bool& names_it) const noexcept
{
    names_it = false;
    if (!ours.has_name)
        return {};
    file_facts named;
    auto const ec = facts_of(path_, named);
    if (ec)
        return ec == system::errc::no_such_file_or_directory ? system::error_code() : ec;
    names_it = named.identity == ours.identity;
    return {};
}

inline system::error_code kernel_lock_protocol::open(lock_mode mode)
{
    auto const least = mode == lock_mode::shared ? access::read : access::read_write;
    system::error_code ec;
    for (int i = 0; i < tries; ++i) {
        ec = file_.open_lock_file(path_, options_.permissions, least);
        if (!ec)
            return second_ ? check_storage() : ec;
        if (ec != system::errc::no_such_file_or_directory)
            break;
        if (auto const failed = make_parents(path_, options_.create_directories))
            return failed;
    }
    // A symbolic link gives ELOOP, a socket ENXIO; a loop of links further up gives ELOOP as well.
    file_facts found;
    if (ec != system::errc::is_a_directory && !facts_of(path_, found) && !found.is_regular)
        return error::not_a_lock_file;
    return ec;
}

system::error_code kernel_lock_protocol::check_storage() const noexcept
{
    if (options_.where == storage::local)
        return {};
    bool is_local = false;
    if (options_.where == storage::detect)
        if (auto const ec = is_on_local_storage(file_, is_local))
            return ec;
    return is_local ? system::error_code() : error::both_not_supported;
}

void kernel_lock_protocol::acquired()
{
    if (std::exchange(is_new_, false) && options_.on_acquired)
        options_.on_acquired(file_.native());
}

watched kernel_lock_protocol::what_tells() const noexcept
{
    if (!file_.is_open() || !met_)
        return {};
    return {&file_, *met_, true};
}

bool kernel_lock_protocol::is_local() const noexcept
{
    bool is_local = options_.where == storage::local;
    if (options_.where == storage::detect && is_on_local_storage(file_, is_local))
        return false;
    return is_local;
}

void kernel_lock_protocol::withdraw() noexcept
{
    if (held_ == lock_mode::none)
        file_.close();
}

system::error_code kernel_lock_protocol::release() noexcept
{
    held_ = lock_mode::none;
    if (!file_.is_open())
        return {};
    // Both, in this order: waiters watch for the close, which the kernel reports before it drops
    // the lock of that descriptor; and a copy of the descriptor elsewhere would keep the lock.
    auto const ec = unlock();
    bool const has_copies = file_.may_have_copies() || options_.on_acquired;
    file_.close();
    if (has_copies)
        touch(path_); // ours was not the last close, and was not told
    return ec;
}

// To take a lock that one has changes nothing, provided that it is taken in the same mode: to
// change the mode of a `flock` is to drop it first (flock(2)). A lock that was lost is had anew, or
// is not.
bool kernel_lock_protocol::still_held(system::error_code& ec)
{
    if (held_ == lock_mode::none || !file_.is_open() || is_lost_)
        return false;
    ec = try_kernel_lock(file_.native(), first_, held_);
    if (!ec && second_)
        ec = try_kernel_lock(file_.native(), *second_, held_);
    file_facts ours;
    if (!ec)
        ec = facts_of(file_, ours);
    bool names_it = false;
    if (!ec)
        ec = names_our_file(ours, names_it);
    if (ec == system::errc::operation_would_block) {
        ec.clear(); // somebody else has it
        is_lost_ = true;
    }
    // After these the server may have forgotten the lock, whatever it says later.
    if (is_server_lost(ec))
        is_lost_ = true;
    return !ec && names_it;
}

std::vector<owner_record> kernel_lock_protocol::holders() const
{
    return kernel_lock_holders(path_, options_.backend);
}

} // namespace detail
} // namespace filelock
} // namespace boost
