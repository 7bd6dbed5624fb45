// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../descriptor.hpp"

#include "../file.hpp"
#include "../fork.hpp"
#include "../random.hpp"
#include "../thread.hpp"
#include "descriptor_registry.hpp"
#include "error.hpp"
#include "open_descriptor.hpp"
#include "path_arguments.hpp"

#include <boost/system/errc.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// O_NONBLOCK: opening a FIFO would wait for its other end. O_NOCTTY: a terminal at the path must
// not become the controlling terminal. Neither affects a regular file.
constexpr int safe_flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// Moves the descriptor above the standard streams, in a process that has closed them. Otherwise the
// output of the process would go into the file, and a stream that it opens later would replace the
// descriptor and drop the lock.
int beyond_standard_streams(int fd) noexcept
{
    if (fd < 0 || fd > 2)
        return fd;
    int const high = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int const error = errno;
    ::close(fd);
    errno = error;
    return high;
}

int open_restarting(path_arguments const& p, int flags, mode_t mode)
{
    return beyond_standard_streams(
        open_descriptor([&] { return ::openat(p.directory, p.path, flags, mode); }));
}

int open_or_create(path_arguments const& path, mode_t mode)
{
    int const fd = open_restarting(path, O_RDWR | O_CREAT | safe_flags, mode);
    if (fd != -1 || (errno != EACCES && errno != EPERM))
        return fd;
    // In a sticky directory Linux refuses O_CREAT on an existing file of another user with EACCES,
    // whatever its mode (sysctl fs.protected_regular).
    int const refused = errno;
    int const existing = open_restarting(path, O_RDWR | safe_flags, 0);
    if (existing == -1 && errno == ENOENT)
        errno = refused;
    return existing;
}

// Opens the file. Does not create it if there is no mode.
int open_for(access least, path_arguments const& path, std::optional<mode_t> mode)
{
    int const fd =
        mode ? open_or_create(path, *mode) : open_restarting(path, O_RDWR | safe_flags, 0);
    // ETXTBSY: the file is a program that is running.
    if (fd != -1 || least == access::read_write ||
        (errno != EACCES && errno != EPERM && errno != EROFS && errno != ETXTBSY))
        return fd;
    int const refused = errno;
    int const readable = open_restarting(path, O_RDONLY | safe_flags, 0);
    if (readable == -1 && errno == ENOENT)
        errno = refused;
    return readable;
}

// Returns another tag with each call. It is random where it begins, since two copies of the library
// may be in one process. It is an offset beyond two gigabytes, which few of a program's files have.
std::int64_t next_tag() noexcept
{
    // Not initialized by a function: a child that is forked meanwhile would wait for ever.
    static std::atomic<std::uint32_t> next{0}; // 0: not begun
    if (next.load() == 0) {
        std::uint32_t first = 0, none = 0;
        (void)fill_random(&first, sizeof first);
        next.compare_exchange_strong(none, first | 1);
    }
    return 0x8000'0000 + std::int64_t{next.fetch_add(1) & 0x7fff'ffff};
}

mode_t mode_of(std::optional<filesystem::perms> const& permissions) noexcept
{
    return permissions ? static_cast<mode_t>(*permissions) : 0666;
}

} // namespace

// Closes what is open and acquires a slot for the next descriptor. Returns false if there is no
// memory.
bool descriptor::prepare() noexcept
{
    close();
    slot_ = all_descriptors().acquire();
    return slot_ != nullptr;
}

// Opens with `open` until no fork has come between.
template <class Open>
system::error_code descriptor::open_with(Open open)
{
    for (;; wait_for_fork()) {
        if (!prepare())
            return make_error_code(system::errc::not_enough_memory);
        auto const forks = fork_count();
        opened_at_ = forks;
        int const fd = open();
        if (fd == -1) {
            auto const ec = last_error();
            close();
            return ec;
        }
        // The store comes before the second count in the single order of both
        // (memory_order_seq_cst). So the slot that a later fork copies has the descriptor. A child
        // of an earlier fork may have the descriptor and not know that it must close it. Such a
        // child must not hold a lock through it, so the file is opened again.
        slot_->fd.store(fd);
        if (fork_count() == forks && !is_forking(forks))
            return {};
    }
}

// Creates the file in one step with exactly these permissions, if the path names nothing. Between
// open(2) with O_CREAT and chmod(2) it would have those that the umask leaves.
bool descriptor::publish_empty(filesystem::path const& path, filesystem::perms permissions)
{
    return !open_unnamed(path.parent_path(), permissions) && !set_permissions(*this, permissions) &&
           !give_name(*this, path);
}

system::error_code descriptor::open_lock_file(filesystem::path const& path,
                                              std::optional<filesystem::perms> permissions,
                                              access least)
{
    path_arguments const p(path);
    auto const open_existing = [&] { return open_for(least, p, std::nullopt); };
    if (permissions) {
        auto const ec = open_with(open_existing);
        if (ec != system::errc::no_such_file_or_directory)
            return ec;
        if (publish_empty(path, *permissions))
            return open_with(open_existing);
    }
    return open_with([&] { return open_for(least, p, mode_of(permissions)); });
}

system::error_code descriptor::open_unnamed(path_ref directory,
                                            std::optional<filesystem::perms> permissions)
{
#if defined(O_TMPFILE)
    return open_with([&] {
        return open_restarting(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, mode_of(permissions));
    });
#else
    (void)directory, (void)permissions;
    return make_error_code(system::errc::not_supported);
#endif
}

// Creates the file. If a fork came between, it is opened again. Until then the first descriptor
// stays open, so that the inode number cannot be reused. A child's copy of the first descriptor has
// no lock.
system::error_code descriptor::create(path_ref path, std::optional<filesystem::perms> permissions)
{
    if (!prepare())
        return make_error_code(system::errc::not_enough_memory);
    auto const forks = fork_count();
    opened_at_ = forks;
    int const made =
        open_restarting(path, O_RDWR | O_CREAT | O_EXCL | safe_flags, mode_of(permissions));
    if (made == -1) {
        auto const ec = last_error();
        close();
        return ec;
    }
    slot_->fd.store(made); // then the count, as in open_with
    if (fork_count() == forks && !is_forking(forks))
        return {};
    // A child may have the file open as well. It is opened again by its name, which may be another
    // file's by now.
    slot_->fd.store(-1);
    auto const is_made = [made](struct ::stat const& s) {
        struct ::stat m;
        return ::fstat(made, &m) == 0 && s.st_dev == m.st_dev && s.st_ino == m.st_ino;
    };
    path_arguments const p(path);
    struct ::stat s;
    auto ec = open_with([&] {
        int const fd = open_restarting(path, O_RDWR | safe_flags, 0);
        if (fd == -1 || (::fstat(fd, &s) == 0 && is_made(s)))
            return fd;
        ::close(fd);
        errno = EEXIST;
        return -1;
    });
    if (ec && ::fstatat(p.directory, p.path, &s, AT_SYMLINK_NOFOLLOW) == 0 && is_made(s))
        ::unlinkat(p.directory, p.path, 0);
    ::close(made);
    return ec;
}

system::error_code descriptor::open_existing(path_ref path)
{
    return open_with([&] { return open_restarting(path, O_RDONLY | safe_flags, 0); });
}

system::error_code descriptor::open_directory(path_ref path)
{
    return open_with(
        [&] { return open_restarting(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0); });
}

bool descriptor::may_have_copies() const noexcept
{
    return fork_count() != opened_at_;
}

void descriptor::adopt(int fd) noexcept
{
    close();
    fd = beyond_standard_streams(fd);
    if (fd == -1)
        return;
    if (prepare())
        slot_->fd.store(fd);
    else
        ::close(fd);
}

void descriptor::close() noexcept
{
    if (!slot_)
        return;
    without_cancellation const running_on; // close(2) is a cancellation point
    // Clears the slot before the number can be another file's, so that no child closes that. Linux
    // frees the number whatever `close` returns.
    descriptor_registry::close(*slot_);
    all_descriptors().release(*std::exchange(slot_, nullptr));
}

bool descriptor::resume() noexcept
{
    if (!resume_unchecked())
        return false;
    if (descriptor_registry::is_same(native(), *slot_))
        return true;
    slot_->fd.store(-1); // another file's
    return false;
}

bool descriptor::set_tag() noexcept
{
    auto const tag = next_tag();
    if (::lseek(native(), static_cast<off_t>(tag), SEEK_SET) == -1)
        return false;
    slot_->set_tag(tag);
    return true;
}

} // namespace detail
} // namespace filelock
} // namespace boost
