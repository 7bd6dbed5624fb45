// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "host_local_locks.hpp"

#include "proc.hpp"

#include <algorithm>
#include <iterator>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// From Linux's include/uapi/linux/magic.h and Lustre's lustre_user.h.
constexpr std::uint32_t smb_types[] = {0x517b, 0xff534d42, 0xfe534d42};
constexpr std::uint32_t ocfs2 = 0x7461636f, nfs = 0x6969, lustre = 0x0bd00bd0;

// The kinds of lock that a mount option makes host-local. nfs(5): `nolock` exists in NFS 2 and 3
// only, and is shown with `local_lock=all`. NFS 4 always shows `local_lock=none`: Linux ignores the
// option (nfs_fs_context_validate). Lustre's `localflock` applies to record locks as well.
struct option_rule
{
    std::uint32_t type;
    std::string_view option;
    bool flock, record;
};
constexpr option_rule option_rules[] = {
    {nfs, "nolock", true, true},
    {nfs, "local_lock=all", true, true},
    {nfs, "local_lock=flock", true, false},
    {nfs, "local_lock=posix", false, true},
    {lustre, "localflock", true, true},
};

bool has_option(std::string_view list, std::string_view option) noexcept
{
    while (!list.empty()) {
        auto const end = list.find(',');
        if (list.substr(0, end) == option)
            return true;
        list.remove_prefix(end == list.npos ? list.size() : end + 1);
    }
    return false;
}

// Parses a line of proc_pid_mountinfo(5):
//
//     310 24 0:52 / /mnt rw,noatime shared:1 - nfs h:/ rw,vers=3
//
// The fields are the numbers of mount and parent, device, root, mount point, options of the mount;
// any number of further fields; a hyphen; then type, source, options of the file system. Blanks in
// paths are escaped.
bool is_mounted_with(std::string_view option, std::string_view line,
                     std::string_view device) noexcept
{
    constexpr std::string_view separator = " - ";
    auto const end = line.find(separator);
    if (end == line.npos)
        return false;
    auto mount = line.substr(0, end), file_system = line.substr(end + separator.size());
    auto const skip = [](std::string_view& words, int count) {
        for (; count > 0; --count)
            (void)take_word(words);
    };
    skip(mount, 2);
    if (take_word(mount) != device)
        return false;
    skip(mount, 2);
    skip(file_system, 2);
    return has_option(take_word(mount), option) || has_option(take_word(file_system), option);
}

bool any_is_mounted_with(std::string_view option, std::string_view mountinfo,
                         std::string_view device) noexcept
{
    while (!mountinfo.empty())
        if (is_mounted_with(option, take_line(mountinfo), device))
            return true;
    return false;
}

} // namespace

bool is_smb(std::uint32_t type) noexcept
{
    return std::find(std::begin(smb_types), std::end(smb_types), type) != std::end(smb_types);
}

bool has_lock_options(std::uint32_t type) noexcept
{
    return std::any_of(std::begin(option_rules), std::end(option_rules),
                       [&](option_rule const& r) { return r.type == type; });
}

bool is_host_local(kernel_lock kind, std::uint32_t type, std::string_view mountinfo,
                   std::string_view device) noexcept
{
    bool const is_flock = kind == kernel_lock::flock;
    if (is_smb(type) || (type == ocfs2 && !is_flock))
        return true;
    return std::any_of(std::begin(option_rules), std::end(option_rules), [&](option_rule const& r) {
        return r.type == type && (is_flock ? r.flock : r.record) &&
               any_is_mounted_with(r.option, mountinfo, device);
    });
}

} // namespace detail
} // namespace filelock
} // namespace boost
