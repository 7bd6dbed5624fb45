// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "system_calls.hpp"

#include <map>
#include <vector>

namespace filelock_test {
namespace {

std::map<std::string, std::vector<std::string>> const names = {
    {"clone", {"clone", "clone3", "fork", "vfork"}},
    {"clock_nanosleep", {"clock_nanosleep", "clock_nanosleep_time64", "nanosleep"}},
    {"epoll_create", {"epoll_create", "epoll_create1"}},
    {"epoll_wait", {"epoll_wait", "epoll_pwait", "epoll_pwait2"}},
    {"eventfd", {"eventfd", "eventfd2"}},
    {"fchmod", {"fchmod", "fchmodat", "fchmodat2"}},
    {"fcntl", {"fcntl", "fcntl64"}},
    {"fstatfs", {"fstatfs", "fstatfs64", "statfs", "statfs64"}},
    {"futex", {"futex", "futex_time64"}},
    {"getdents", {"getdents", "getdents64"}},
    {"inotify_init", {"inotify_init", "inotify_init1"}},
    {"link", {"link", "linkat"}},
    {"lseek", {"lseek", "_llseek"}},
    {"mkdir", {"mkdir", "mkdirat"}},
    {"mmap", {"mmap", "mmap2"}},
    {"open", {"open", "openat", "openat2", "creat"}},
    {"ppoll", {"ppoll", "ppoll_time64"}},
    {"pread", {"pread", "pread64"}},
    {"pwrite", {"pwrite", "pwrite64"}},
    {"readlink", {"readlink", "readlinkat"}},
    {"rename", {"rename", "renameat", "renameat2"}},
    {"sigprocmask", {"sigprocmask", "rt_sigprocmask"}},
    {"stat",
     {"stat", "stat64", "lstat", "lstat64", "fstat", "fstat64", "newfstatat", "fstatat64",
      "statx"}},
    {"unlink", {"unlink", "unlinkat"}},
    {"utimensat", {"utimensat", "utimensat_time64"}},
};

std::map<std::string, std::string> meanings()
{
    std::map<std::string, std::string> all;
    for (auto const& [meaning, calls] : names)
        for (auto const& call : calls)
            all[call] = meaning;
    return all;
}

} // namespace

std::string meaning_of(std::string const& call, std::string const& text)
{
    static auto const all = meanings();
    // rename(2) can neither exchange names nor refuse to replace.
    if (call == "renameat2" && text.find("RENAME_") != text.npos)
        return "renameat2";
    // Of an open file, where fstat(2) follows a failure.
    if (call == "statx" && text.find("AT_EMPTY_PATH") != text.npos)
        return "statx";
    if (call == "unlinkat" && text.find("AT_REMOVEDIR") != text.npos)
        return "rmdir";
    auto const found = all.find(call);
    return found == all.end() ? call : found->second;
}

std::string calls_for(std::string const& meaning)
{
    std::string list;
    for (auto const& call : names.at(meaning))
        list += (list.empty() ? "?" : ",?") + call;
    return list;
}

} // namespace filelock_test
