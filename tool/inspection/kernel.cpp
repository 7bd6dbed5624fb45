// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel.hpp"

#include "../../src/platform/linux/proc.hpp"
#include "../../src/platform/posix/scoped_fd.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/sysmacros.h>

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

constexpr std::int64_t end_of_file = (std::numeric_limits<std::int64_t>::max)();

// Returns 0 for another text.
template <class T = std::int64_t>
T number_in(std::string_view word)
{
    T number = 0;
    auto const* const end = word.data() + word.size();
    return std::from_chars(word.data(), end, number).ptr == end ? number : 0;
}

// Returns whether the system keeps the descriptors of the process from this one.
bool is_hidden(std::int64_t pid)
{
    boost::system::error_code ec;
    fs::directory_iterator const it("/proc/" + std::to_string(pid) + "/fdinfo", ec);
    return ec == boost::system::errc::permission_denied;
}

// Returns nothing for a lease (fcntl(2), F_SETLEASE) and other entries.
std::optional<kernel_lock_entry> parse(std::string_view line)
{
    kernel_lock_entry entry;
    auto number = detail::take_word(line);
    number.remove_suffix(number.empty() ? 0 : 1); // the colon
    entry.number = number_in(number);
    entry.type = detail::take_word(line);
    entry.is_waiting = entry.type == "->";
    if (entry.is_waiting)
        entry.type = detail::take_word(line);
    if (entry.type != "FLOCK" && entry.type != "POSIX" && entry.type != "OFDLCK")
        return std::nullopt;
    detail::take_word(line); // ADVISORY
    entry.is_shared = detail::take_word(line) == "READ";
    entry.pid = number_in(detail::take_word(line));
    entry.file = detail::take_word(line);
    entry.bytes.first = number_in(detail::take_word(line));
    auto const last = detail::take_word(line);
    entry.bytes.length =
        last == "EOF" ? end_of_file - entry.bytes.first : number_in(last) - entry.bytes.first + 1;
    return entry;
}

std::string name_by(unsigned device_major, unsigned device_minor, std::uint64_t inode)
{
    char text[64];
    std::snprintf(text, sizeof text, "%02x:%02x:%llu", device_major, device_minor,
                  static_cast<unsigned long long>(inode));
    return text;
}

// Adds the locks of a task's descriptors. Returns the number of descriptors that the task shows.
int add_locks_of(std::string const& task, std::int64_t pid, std::vector<locked_descriptor>& all)
{
    int count = 0;
    boost::system::error_code ec; // the task may end, or not be ours to look at
    fs::directory_iterator it(task + "/fdinfo", ec);
    for (fs::directory_iterator const end; it != end && !ec; it.increment(ec)) {
        ++count;
        auto const text = detail::read_proc(it->path().native()).value_or("");
        for (std::string_view rest = text; !rest.empty();) {
            auto line = detail::take_line(rest);
            if (detail::take_word(line) != "lock:")
                continue;
            if (auto lock = parse(line))
                all.push_back({std::move(*lock), pid, it->path().filename().native()});
        }
    }
    return count;
}

// All threads of a process share its descriptors, but one that has ended shows none.
void add_locks_of(std::int64_t pid, std::vector<locked_descriptor>& all)
{
    auto const process = "/proc/" + std::to_string(pid);
    int shown = add_locks_of(process, pid, all);
    boost::system::error_code ec;
    fs::directory_iterator it;
    if (shown == 0)
        it = fs::directory_iterator(process + "/task", ec);
    for (fs::directory_iterator const end; shown == 0 && it != end && !ec; it.increment(ec))
        shown = add_locks_of(it->path().native(), pid, all);
}

} // namespace

std::vector<kernel_lock_entry> listed_kernel_locks()
{
    std::vector<kernel_lock_entry> entries;
    auto const text = detail::read_proc("/proc/locks").value_or("");
    for (std::string_view rest = text; !rest.empty();)
        if (auto entry = parse(detail::take_line(rest)))
            entries.push_back(std::move(*entry));
    return entries;
}

// The device is that of the file system, and the inode that of the file system that was asked.
// stat(2) returns others for a subvolume of btrfs and for an overlay.
std::string listed_name(std::string_view fdinfo, std::string_view mountinfo)
{
    auto const inode = detail::value_of(fdinfo, "ino:");
    auto const mount = detail::value_of(fdinfo, "mnt_id:");
    while (!inode.empty() && !mountinfo.empty()) {
        auto line = detail::take_line(mountinfo);
        if (detail::take_word(line) != mount)
            continue;
        detail::take_word(line); // the parent mount
        unsigned device_major = 0, device_minor = 0;
        std::string const device(detail::take_word(line));
        if (std::sscanf(device.c_str(), "%u:%u", &device_major, &device_minor) == 2)
            return name_by(device_major, device_minor, number_in<std::uint64_t>(inode));
    }
    return {};
}

std::vector<locked_descriptor> locked_descriptors(std::optional<std::int64_t> of)
{
    std::vector<locked_descriptor> all;
    if (of) {
        add_locks_of(*of, all);
        return all;
    }
    boost::system::error_code ec;
    fs::directory_iterator it("/proc", ec);
    for (fs::directory_iterator const end; it != end && !ec; it.increment(ec)) {
        if (auto const pid = number_in(it->path().filename().native()))
            add_locks_of(pid, all);
    }
    return all;
}

kernel_locks::kernel_locks()
{
    for (auto& entry : listed_kernel_locks()) {
        if (entry.is_waiting)
            continue;
        auto const inode = entry.file.substr(entry.file.rfind(':') + 1);
        inodes_.insert(number_in<std::uint64_t>(inode));
        auto file = entry.file;
        by_file_.emplace(std::move(file), std::move(entry));
    }
}

std::string kernel_locks::name_of(fs::path const& path)
{
    // O_PATH: does not open the file itself, and so wakes no watcher.
    detail::scoped_fd const file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct ::stat facts = {};
    if (!file.is_open() || ::fstat(file.native(), &facts) != 0)
        return {};
    auto const info = detail::read_own_proc("fdinfo/" + std::to_string(file.native())).value_or("");
    if (!mounts_)
        mounts_ = detail::read_own_proc("mountinfo").value_or("");
    auto name = listed_name(info, *mounts_);
    return name.empty() ? name_by(major(facts.st_dev), minor(facts.st_dev), facts.st_ino) : name;
}

std::vector<kernel_lock_entry> kernel_locks::on(fs::path const& path, struct ::stat const& facts)
{
    std::vector<kernel_lock_entry> found;
    // Quick for most files of a tree. The device is not compared: stat(2) shows another one for a
    // subvolume of btrfs, and for an overlay. The inodes have been the same since Linux 5.8.
    if (inodes_.count(facts.st_ino) == 0)
        return found;
    auto const range = by_file_.equal_range(name_of(path));
    for (auto it = range.first; it != range.second; ++it)
        found.push_back(it->second);
    return found;
}

// A process that called flock(2) may have ended and left the lock to a child. The lock of an open
// file has no pid. So the descriptors of processes count, unless they cannot be read.
std::vector<std::int64_t> kernel_locks::holders_of(kernel_lock_entry const& lock)
{
    auto const matches = [&](locked_descriptor const& d) { return d.lock.is_same_lock(lock); };
    if (lock.type == "POSIX")
        return {lock.pid};
    if (lock.pid > 0) {
        auto const its = locked_descriptors(lock.pid);
        if (std::any_of(its.begin(), its.end(), matches))
            return {lock.pid};
    }
    if (!descriptors_)
        descriptors_ = locked_descriptors();
    std::vector<std::int64_t> pids;
    for (auto const& d : *descriptors_)
        if (matches(d) && std::find(pids.begin(), pids.end(), d.pid) == pids.end())
            pids.push_back(d.pid);
    if (pids.empty() && lock.pid > 0 && is_hidden(lock.pid))
        pids.push_back(lock.pid);
    return pids;
}

} // namespace filelock_tool
