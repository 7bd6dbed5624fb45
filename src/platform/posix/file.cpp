// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../file.hpp"

#include "descriptor_path.hpp"
#include "error.hpp"
#include "open_descriptor.hpp"
#include "path_arguments.hpp"
#include "scoped_fd.hpp"
#include "statx.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(sizeof(::off_t) >= 8 && sizeof(::ino_t) >= 8, "define _FILE_OFFSET_BITS=64");

namespace boost {
namespace filelock {
namespace detail {
namespace {

// Returns the time in nanoseconds, saturated. 64 bits of nanoseconds end in 2262. The least value
// is chosen so that the difference from the present does not overflow.
std::chrono::nanoseconds time_of(timespec const& t) noexcept
{
    constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)() / 1'000'000'000 - 1;
    auto const seconds = std::clamp<std::int64_t>(t.tv_sec, -most / 4, most);
    return std::chrono::seconds(seconds) + std::chrono::nanoseconds(t.tv_nsec);
}

system::error_code result_of(int call) noexcept
{
    return call == 0 ? system::error_code() : last_error();
}

file_facts facts_of(struct ::stat const& s) noexcept
{
    file_facts facts;
    facts.identity = {s.st_dev, s.st_ino};
    facts.is_regular = S_ISREG(s.st_mode);
    facts.has_name = s.st_nlink != 0;
    facts.has_other_names = s.st_nlink > 1;
    facts.permissions = static_cast<filesystem::perms>(s.st_mode & 07777);
    facts.size = static_cast<std::uint64_t>(s.st_size);
    facts.modified = time_of(s.st_mtim);
    facts.changed = time_of(s.st_ctim);
    return facts;
}

struct ::stat stat_of(statx_facts const& x) noexcept
{
    struct ::stat s = {};
    s.st_dev = device_of(x);
    s.st_ino = x.inode;
    s.st_mode = x.mode;
    s.st_nlink = x.links;
    s.st_size = static_cast<::off_t>(x.size);
    s.st_mtim = {static_cast<std::time_t>(x.modified.seconds),
                 static_cast<long>(x.modified.nanoseconds)};
    s.st_ctim = {static_cast<std::time_t>(x.changed.seconds),
                 static_cast<long>(x.changed.nanoseconds)};
    return s;
}

} // namespace

system::error_code facts_of(descriptor const& file, file_facts& facts) noexcept
{
    struct ::stat s;
    if (::fstat(file.native(), &s) == 0) {
        facts = facts_of(s);
        return {};
    }
    if (errno != ENOENT)
        return last_error();
    // ENOENT comes from FUSE servers that know an open file by its name. It means that the file was
    // removed.
    facts = {};
    facts.is_regular = true;
    return {};
}

// The device number would not do for the mount: Linux gives the number of a file system without a
// block device to the next one as soon as it is unmounted (get_anon_bdev).
system::error_code facts_of(descriptor const& file, file_facts& facts,
                            std::uint64_t& mount) noexcept
{
    mount = 0;
    statx_facts x;
    if (!statx_of(file.native(), basic_statx | unique_mount_statx, x) ||
        (x.mask & basic_statx) != basic_statx)
        return facts_of(file, facts);
    facts = facts_of(stat_of(x));
    if ((x.mask & unique_mount_statx) != 0)
        mount = x.mount;
    return {};
}

system::error_code facts_of(path_ref path, file_facts& facts) noexcept
{
    path_arguments const p(path);
    struct ::stat s;
    if (::fstatat(p.directory, p.path, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return last_error();
    facts = facts_of(s);
    return {};
}

bool is_read_only(descriptor const& file) noexcept
{
    int const flags = ::fcntl(file.native(), F_GETFL);
    return flags != -1 && (flags & O_ACCMODE) == O_RDONLY;
}

bool is_server_lost(system::error_code const& ec) noexcept
{
    if (ec.category() != system::system_category())
        return false;
    switch (ec.value()) {
    case ENOTCONN:
    case ESTALE:
#if defined(EBADFD)
    case EBADFD: // GlusterFS
#endif
        return true;
    default:
        return false;
    }
}

void touch(path_ref path) noexcept
{
    path_arguments const p(path);
    scoped_fd const opened(open_descriptor([&] {
        return ::openat(p.directory, p.path,
                        O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    }));
}

void touch(native_handle_type file) noexcept
{
    // Opening a device again may have an effect on it, so only regular files are opened.
    struct ::stat s;
    if (::fstat(file, &s) != 0 || !S_ISREG(s.st_mode))
        return;
    scoped_fd const opened(by_path_of(file, [](char const* path) {
        return open_descriptor(
            [&] { return ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); });
    }));
}

system::error_code set_permissions(descriptor const& file, filesystem::perms permissions) noexcept
{
    return result_of(::fchmod(file.native(), static_cast<mode_t>(permissions)));
}

system::error_code read_all(native_handle_type file, std::size_t most, std::string& text)
{
    text.clear();
    while (text.size() <= most) {
        char buffer[512];
        auto const n = ::pread(file, buffer, sizeof buffer, static_cast<off_t>(text.size()));
        if (n == 0)
            break;
        if (n > 0)
            text.append(buffer, static_cast<std::size_t>(n));
        else if (errno != EINTR)
            return last_error();
    }
    return {};
}

// Each call drops one copy of GlusterFS's client. fallocate(2): the content in quick-read, whatever
// the result. futimens(2): the size in the kernel, and in md-cache; the reply has the server's.
// posix_fadvise(2): the content in the kernel. Each is harmless where it does nothing.
void drop_copies(native_handle_type file) noexcept
{
#if defined(FALLOC_FL_KEEP_SIZE)
    (void)::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 1);
#endif
    (void)::futimens(file, nullptr);
#if defined(POSIX_FADV_DONTNEED)
    (void)::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
#endif
}

system::error_code write_all(native_handle_type file, std::string_view text) noexcept
{
    for (std::size_t done = 0; done < text.size();) {
        auto const n =
            ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (n == 0)
            return make_error_code(system::errc::io_error); // a retry would never make progress
        else if (errno != EINTR)
            return last_error();
    }
    return {};
}

system::error_code flush(native_handle_type file) noexcept
{
    int result;
    do
        result = ::fdatasync(file);
    while (result != 0 && errno == EINTR);
    return result != 0 && errno != EINVAL && errno != ENOSYS ? last_error() : system::error_code();
}

system::error_code truncate(native_handle_type file) noexcept
{
    int result;
    do
        result = ::ftruncate(file, 0);
    while (result != 0 && errno == EINTR);
    return result_of(result);
}

system::error_code stamp(descriptor const& file) noexcept
{
    return result_of(::futimens(file.native(), nullptr));
}

bool is_out_of_space(system::error_code const& ec) noexcept
{
    return ec.category() == system::system_category() &&
           (ec.value() == ENOSPC || ec.value() == EDQUOT);
}

// linkat(2) with AT_EMPTY_PATH would not need /proc, but needs a capability (open(2), O_TMPFILE).
system::error_code give_name(descriptor const& file, path_ref path) noexcept
{
    path_arguments const p(path);
    return result_of(by_path_of(file.native(), [&](char const* unnamed) {
        return ::linkat(AT_FDCWD, unnamed, p.directory, p.path, AT_SYMLINK_FOLLOW);
    }));
}

system::error_code exchange_names(path_ref a, path_ref b) noexcept
{
#if defined(RENAME_EXCHANGE)
    path_arguments const p(a), q(b);
    return result_of(::renameat2(p.directory, p.path, q.directory, q.path, RENAME_EXCHANGE));
#else
    (void)a, (void)b;
    return make_error_code(system::errc::not_supported);
#endif
}

system::error_code add_name(path_ref from, path_ref to) noexcept
{
    path_arguments const p(from), q(to);
    return result_of(::linkat(p.directory, p.path, q.directory, q.path, 0));
}

system::error_code move_name(path_ref from, path_ref to) noexcept
{
    path_arguments const p(from), q(to);
    return result_of(::renameat(p.directory, p.path, q.directory, q.path));
}

system::error_code remove_name(path_ref path) noexcept
{
    path_arguments const p(path);
    return result_of(::unlinkat(p.directory, p.path, 0));
}

} // namespace detail
} // namespace filelock
} // namespace boost
