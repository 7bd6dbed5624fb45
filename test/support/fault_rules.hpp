// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_FAULT_RULES_HPP
#define BOOST_FILELOCK_TEST_PROCESS_FAULT_RULES_HPP

#include "fault_points.hpp"

#include <cerrno>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace filelock_test {

enum class effect
{
    reported,
    overcome, ///< there is a fallback
    either    ///< depends on the purpose of the call
};

struct rule
{
    effect what;
    std::vector<std::string> errors;
};

// How the calls of a meaning may fail, and the result that must follow.
inline std::multimap<std::string, rule> const rules = {
    {"open",
     {effect::reported,
      {"EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EIO", "ELOOP", "ENAMETOOLONG", "EDQUOT"}}},
    {"open",
     {effect::either, {"ESTALE", "EROFS", "ETXTBSY", "ENOENT", "EACCES", "EPERM", "EAGAIN"}}},
    {"open", {effect::overcome, {"EINTR"}}},
    {"flock",
     {effect::reported, {"ENOLCK", "EIO", "ENOSYS", "EOPNOTSUPP", "ESTALE", "ENOTCONN", "ENOMEM"}}},
    {"flock", {effect::overcome, {"EINTR"}}},
    {"fcntl",
     {effect::reported, {"ENOLCK", "EIO", "ENOSYS", "EOPNOTSUPP", "ESTALE", "ENOTCONN", "EINVAL"}}},
    {"fcntl", {effect::overcome, {"EINTR"}}},
    {"stat", {effect::reported, {"EIO", "ENOMEM", "EACCES", "ESTALE"}}},
    {"stat", {effect::either, {"ENOENT"}}},
    {"statx", {effect::either, {"EIO", "ENOSYS", "EPERM", "EACCES", "ENOMEM"}}},
    {"fstatfs", {effect::either, {"EIO", "ENOSYS", "ESTALE"}}},
    {"fstatfs", {effect::overcome, {"EINTR"}}},
    {"pwrite", {effect::reported, {"EIO", "ENOSPC", "EDQUOT", "EPERM"}}},
    {"pwrite", {effect::overcome, {"EINTR"}}},
    {"fdatasync", {effect::reported, {"EIO", "ENOSPC", "EDQUOT", "ESTALE"}}},
    {"fdatasync", {effect::overcome, {"EINTR", "EINVAL", "ENOSYS"}}},
    {"pread", {effect::either, {"EIO", "EINTR"}}},
    {"link", {effect::reported, {"ENOSPC", "EDQUOT", "EROFS"}}},
    {"link", {effect::overcome, {"ENOENT", "EPERM", "EACCES", "EOPNOTSUPP", "EXDEV"}}},
    {"renameat2", {effect::reported, {"EACCES", "EIO", "ENOSPC"}}},
    {"renameat2", {effect::overcome, {"EINVAL", "ENOSYS", "ENOENT"}}},
    {"rename", {effect::reported, {"EACCES", "EIO", "ENOSPC", "EROFS"}}},
    {"rename", {effect::overcome, {"ENOENT"}}},
    {"unlink", {effect::reported, {"EACCES", "EPERM", "EROFS", "EIO"}}},
    {"utimensat", {effect::reported, {"EIO", "EPERM", "EROFS"}}},
    {"utimensat", {effect::either, {"ESTALE"}}},
    {"pidfd_open", {effect::overcome, {"ENOSYS", "EMFILE", "ENOMEM"}}},
    {"kill", {effect::overcome, {}}},
    {"poll", {effect::overcome, {}}},
    {"getrandom", {effect::either, {"ENOSYS", "EINTR"}}},
    {"fchmod", {effect::reported, {"EPERM", "EROFS", "EIO", "ESTALE"}}},
    {"mkdir", {effect::reported, {"EACCES", "ENOSPC", "EROFS", "EIO", "EMLINK", "EDQUOT"}}},
    {"mkdir", {effect::overcome, {"EEXIST", "ENOENT"}}}, // other processes also make and remove it
    {"inotify_init", {effect::overcome, {"EMFILE", "ENFILE", "ENOMEM", "ENOSYS"}}},
    {"epoll_create", {effect::overcome, {"EMFILE", "ENFILE", "ENOMEM", "ENOSYS"}}},
    {"epoll_ctl", {effect::overcome, {"ENOMEM", "ENOSPC"}}},
    {"epoll_wait", {effect::overcome, {"EINTR", "EINVAL"}}},
    {"eventfd", {effect::overcome, {"EMFILE", "ENFILE", "ENOMEM"}}},
    {"inotify_add_watch", {effect::overcome, {"ENOSPC", "ENOMEM", "EACCES", "ENOENT"}}},
    {"ppoll", {effect::overcome, {"EINTR", "ENOMEM"}}},
    {"read", {effect::overcome, {"EINTR", "EAGAIN", "EIO"}}}, // change notifications and /proc
    {"readlink", {effect::overcome, {"EACCES", "ENOENT", "ENOMEM"}}},
    {"getdents", {effect::overcome, {"ENOMEM", "ENOENT"}}},
    {"futex", {effect::overcome, {"EINTR", "EAGAIN"}}},
    {"brk", {effect::either, {"ENOMEM"}}},
    {"mmap", {effect::either, {"ENOMEM"}}},
    // strace does not execute a call that it fails, so what the call should have removed would
    // remain.
    {"close", {effect::overcome, {}}},
    {"munmap", {effect::overcome, {}}},
    {"inotify_rm_watch", {effect::overcome, {}}},
    // These calls do not fail.
    {"getpid", {effect::overcome, {}}},
    {"gettid", {effect::overcome, {}}},
    {"lseek", {effect::overcome, {}}},
    {"uname", {effect::overcome, {}}},
};

inline std::map<std::string, int> const numbers = {
    {"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EDQUOT", EDQUOT},
    {"EEXIST", EEXIST}, {"EINTR", EINTR},   {"EINVAL", EINVAL},
    {"EIO", EIO},       {"ELOOP", ELOOP},   {"EMFILE", EMFILE},
    {"EMLINK", EMLINK}, {"ENFILE", ENFILE}, {"ENAMETOOLONG", ENAMETOOLONG},
    {"ENOENT", ENOENT}, {"ENOLCK", ENOLCK}, {"ENOMEM", ENOMEM},
    {"ENOSPC", ENOSPC}, {"ENOSYS", ENOSYS}, {"ENOTCONN", ENOTCONN},
    {"EXDEV", EXDEV},   {"EPERM", EPERM},   {"EOPNOTSUPP", EOPNOTSUPP},
    {"EROFS", EROFS},   {"ESTALE", ESTALE}, {"ETXTBSY", ETXTBSY},
};

inline bool contains(std::string const& text, char const* part)
{
    return text.find(part) != text.npos;
}

// The record lock of a waiter on the directory, whose offset is an inode number. Other record locks
// begin at 0 or at SQLite's lock bytes, from 0x40000000.
inline bool is_of_mark(fault const& f)
{
    return (contains(f.text, "l_len=1,") || contains(f.text, "l_len=1}")) &&
           !contains(f.text, "l_start=0,") && !contains(f.text, "l_start=10737418");
}

inline effect expected(fault const& f)
{
    // The library reads /proc for reports and hints, never to decide whether the lock is acquired.
    if (contains(f.text, "\"/proc") && !contains(f.text, "self/fd/"))
        return effect::overcome;
    // This open notifies waiters after the release, or is an attempt without O_CREAT.
    if (f.meaning() == "open" && !contains(f.text, "O_CREAT"))
        return effect::either; // also one that creates an unnamed file
    if (f.meaning() == "fcntl" && !contains(f.text, "SETLK"))
        return effect::either;
    // Whether the file is the root of a mount decides only whether it stays open.
    if (f.call == "statx" && contains(f.text, "AT_EMPTY_PATH, 0,"))
        return effect::overcome;
    if (f.meaning() == "fcntl" && is_of_mark(f))
        return effect::overcome;
    auto const [first, last] = rules.equal_range(f.meaning());
    for (auto i = first; i != last; ++i)
        for (auto const& error : i->second.errors)
            if (error == f.error)
                return i->second.what;
    throw std::logic_error("no rule for " + f.call + ": " + f.error);
}

} // namespace filelock_test

#endif
