// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../descriptor.hpp"

#include "../file.hpp"
#include "../fork.hpp"
#include "descriptor_registry.hpp"
#include "error.hpp"

#include <boost/system/errc.hpp>

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// O_NONBLOCK: opening a FIFO would wait for its other end. O_NOCTTY: a terminal at the path must
// not become ours. Neither means anything to a regular file.
constexpr int safe_flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// In a process without standard streams. What it prints must not end up in the file, and what it
// opens as its streams later must not drop the lock.
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

int open_restarting(char const* path, int flags, mode_t mode)
{
    int fd;
    do
        fd = ::open(path, flags, mode);
    while (fd == -1 && errno == EINTR); // FUSE and NFS
    return beyond_standard_streams(fd);
}

int open_or_create(char const* path, mode_t mode)
{
    int const fd = open_restarting(path, O_RDWR | O_CREAT | safe_flags, mode);
    if (fd != -1 || (errno != EACCES && errno != EPERM))
        return fd;
    // In a sticky directory Linux refuses O_CREAT on a file that exists and is another user's, with
    // EACCES, whatever its mode (sysctl fs.protected_regular).
    int const refused = errno;
    int const existing = open_restarting(path, O_RDWR | safe_flags, 0);
    if (existing == -1 && errno == ENOENT)
        errno = refused;
    return existing;
}

// No mode: the file is not created.
int open_for(access least, char const* path, std::optional<mode_t> mode)
{
    int const fd =
        mode ? open_or_create(path, *mode) : open_restarting(path, O_RDWR | safe_flags, 0);
    // ETXTBSY: a program that is being run.
    if (fd != -1 || least == access::read_write ||
        (errno != EACCES && errno != EPERM && errno != EROFS && errno != ETXTBSY))
        return fd;
    int const refused = errno;
    int const readable = open_restarting(path, O_RDONLY | safe_flags, 0);
    if (readable == -1 && errno == ENOENT)
        errno = refused;
    return readable;
}

mode_t mode_of(std::optional<filesystem::perms> const& permissions) noexcept
{
    return permissions ? static_cast<mode_t>(*permissions) : 0666;
}

} // namespace

// Closes what is open, and has a slot for what will be. False: there is no memory.
bool descriptor::prepare() noexcept
{
    close();
    slot_ = all_descriptors().acquire();
    return slot_ != nullptr;
}

// Until no fork has come between.
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
        // The store comes before the second count, in the one order of both (memory_order_seq_cst):
        // what a fork that begins after the count copies, has it. A child of a fork that began
        // earlier has a descriptor that it does not know to close, and must not have a lock through
        // it.
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
    auto const open_existing = [&] { return open_for(least, path.c_str(), std::nullopt); };
    if (permissions) {
        auto const ec = open_with(open_existing);
        if (ec != system::errc::no_such_file_or_directory)
            return ec;
        if (publish_empty(path, *permissions))
            return open_with(open_existing);
    }
    return open_with([&] { return open_for(least, path.c_str(), mode_of(permissions)); });
}

system::error_code descriptor::open_unnamed(filesystem::path const& directory,
                                            std::optional<filesystem::perms> permissions)
{
#if defined(O_TMPFILE)
    return open_with([&] {
        return open_restarting(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC,
                               mode_of(permissions));
    });
#else
    (void)directory, (void)permissions;
    return make_error_code(system::errc::not_supported);
#endif
}

// Where a fork came between, what was made is opened anew. Until then the first descriptor stays
// open, so that its file cannot be taken for another one; a child's copy of it has no lock.
system::error_code descriptor::create(filesystem::path const& path,
                                      std::optional<filesystem::perms> permissions)
{
    if (!prepare())
        return make_error_code(system::errc::not_enough_memory);
    auto const forks = fork_count();
    opened_at_ = forks;
    int const made =
        open_restarting(path.c_str(), O_RDWR | O_CREAT | O_EXCL | safe_flags, mode_of(permissions));
    if (made == -1) {
        auto const ec = last_error();
        close();
        return ec;
    }
    slot_->fd.store(made); // then the count, as above
    if (fork_count() == forks && !is_forking(forks))
        return {};
    // A child may have it open as well. It can only be opened anew, as what it is by now.
    slot_->fd.store(-1);
    auto const is_made = [made](struct ::stat const& s) {
        struct ::stat m;
        return ::fstat(made, &m) == 0 && s.st_dev == m.st_dev && s.st_ino == m.st_ino;
    };
    struct ::stat s;
    auto ec = open_with([&] {
        int const fd = open_restarting(path.c_str(), O_RDWR | safe_flags, 0);
        if (fd == -1 || (::fstat(fd, &s) == 0 && is_made(s)))
            return fd;
        ::close(fd);
        errno = EEXIST;
        return -1;
    });
    if (ec && ::lstat(path.c_str(), &s) == 0 && is_made(s))
        ::unlink(path.c_str());
    ::close(made);
    return ec;
}

system::error_code descriptor::open_existing(filesystem::path const& path)
{
    return open_with([&] { return open_restarting(path.c_str(), O_RDONLY | safe_flags, 0); });
}

system::error_code descriptor::open_directory(filesystem::path const& path)
{
    return open_with([&] {
        return open_restarting(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    });
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
    // First out of a child's reach: the number may be another file's as soon as it is closed. On
    // Linux it is, whatever `close` says.
    if (int const fd = slot_->fd.exchange(-1); fd != -1)
        ::close(fd);
    all_descriptors().release(*std::exchange(slot_, nullptr));
}

} // namespace detail
} // namespace filelock
} // namespace boost
