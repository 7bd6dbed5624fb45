// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../kernel_lock.hpp"
#include "../posix/open_descriptor.hpp"
#include "../posix/scoped_fd.hpp"
#include "../process.hpp"
#include "proc.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// The kernel lists locks in /proc/locks, with the pid of the process that made the call, and in
// /proc/PID/fdinfo/N, for every process that has the open file:
//
//     1: FLOCK  ADVISORY  WRITE 4711 fe:00:10952705 0 EOF
//     2: OFDLCK ADVISORY  READ  -1 fe:00:10952705 0 EOF
//     2: -> OFDLCK ADVISORY  WRITE -1 fe:00:10952705 0 EOF       (a waiter)
//
// The process that called flock may have ended and left the lock to a child. An OFD lock has no
// pid. So /proc/locks gives the locks that exist, and fdinfo gives their holders.
struct listed_lock
{
    std::string kind; // FLOCK, OFDLCK, POSIX
    bool is_shared;
    std::int64_t pid;

    bool is_same_lock(listed_lock const& other) const
    {
        return kind == other.kind && is_shared == other.is_shared;
    }
};

// Returns the file as the kernel writes it in those lines, "device:inode". The device is that of
// the file system. `stat` returns another one for some, such as a subvolume of btrfs, so it is read
// from the list of mounts. The inode is that of the file system that was asked. `stat` may return
// another one (overlay), so it is read from fdinfo, which has it since Linux 5.14.
std::string listed_name(filesystem::path const& path)
{
    // O_PATH: does not open the file itself, and so wakes no watcher.
    scoped_fd const file(
        open_descriptor([&] { return ::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC); }));
    if (!file.is_open())
        return {};
    struct ::stat s = {};
    auto const info = read_own_proc("fdinfo/" + std::to_string(file.native()));
    if (!info || ::fstat(file.native(), &s) != 0)
        return {};

    // `major` and `minor` are macros of <sys/sysmacros.h>, and so have no `::`. The functions
    // behind them are specific to glibc.
    unsigned device_major = major(s.st_dev), device_minor = minor(s.st_dev);
    std::string inode(value_of(*info, "ino:"));
    if (inode.empty())
        inode = std::to_string(s.st_ino);
    auto const mount = value_of(*info, "mnt_id:");
    auto const mounts = read_own_proc("mountinfo").value_or("");
    for (std::string_view rest = mounts; !rest.empty();) {
        auto line = take_line(rest);
        if (take_word(line) != mount)
            continue;
        take_word(line); // the parent mount
        std::string const device(take_word(line));
        unsigned mount_major, mount_minor;
        if (std::sscanf(device.c_str(), "%u:%u", &mount_major, &mount_minor) == 2)
            device_major = mount_major, device_minor = mount_minor;
        break;
    }
    char device[32];
    std::snprintf(device, sizeof device, "%02x:%02x:", device_major, device_minor);
    return device + inode;
}

// The locks to look for.
struct meant
{
    std::string file;
    kernel_lock kind;
    byte_range bytes; // for record locks

    bool is_met_by(std::string_view k, byte_range b) const
    {
        return (kind != kernel_lock::record && k == "FLOCK") ||
               (kind != kernel_lock::flock && (k == "OFDLCK" || k == "POSIX") && bytes.meets(b));
    }
};

constexpr byte_range whole_range{0, (std::numeric_limits<std::int64_t>::max)()};

std::int64_t take_number(std::string_view& line)
{
    return std::strtoll(std::string(take_word(line)).c_str(), nullptr, 10);
}

byte_range take_range(std::string_view& line)
{
    auto const first = take_number(line);
    if (line.find("EOF") != line.npos)
        return {first, whole_range.length - first};
    return {first, take_number(line) - first + 1};
}

std::optional<listed_lock> parse(std::string_view line, meant const& wanted)
{
    take_word(line); // the number of the line
    auto const kind = take_word(line);
    take_word(line); // ADVISORY
    auto const mode = take_word(line);
    auto const pid = take_number(line);
    auto const file = take_word(line);
    if (file != wanted.file || !wanted.is_met_by(kind, take_range(line)))
        return std::nullopt; // a waiter has the kind "->"
    return listed_lock{std::string(kind), mode == "READ", pid};
}

std::vector<listed_lock> listed_locks(std::string_view rest, meant const& wanted)
{
    std::vector<listed_lock> found;
    while (!rest.empty())
        if (auto lock = parse(take_line(rest), wanted))
            found.push_back(std::move(*lock));
    return found;
}

// Adds the locks on the file that belong to descriptors of a task. Returns the number of
// descriptors that the task shows.
int add_locks_of(std::string const& task, meant const& wanted, std::vector<listed_lock>& found,
                 system::error_code& ec)
{
    int count = 0;
    filesystem::directory_iterator it(task + "/fdinfo", ec);
    // If the task is gone, `it` is the end, because the task has no descriptors.
    for (filesystem::directory_iterator const end; it != end && !ec; it.increment(ec)) {
        ++count;
        auto const text = read_proc(it->path().native()).value_or("");
        for (std::string_view rest = text; !rest.empty();) {
            auto line = take_line(rest);
            if (take_word(line) != "lock:")
                continue;
            if (auto lock = parse(line, wanted))
                found.push_back(std::move(*lock));
        }
    }
    return count;
}

// Returns the locks on the file that belong to descriptors of a process, or nothing if this process
// may not read them.
std::optional<std::vector<listed_lock>> locks_of(std::string const& pid, meant const& wanted)
{
    std::vector<listed_lock> found;
    system::error_code ec;
    auto const process = "/proc/" + pid;
    int shown = add_locks_of(process, wanted, found, ec);
    if (ec == system::errc::permission_denied)
        return std::nullopt;
    if (shown != 0)
        return found;
    // The first thread may have ended; it then shows no descriptors. All threads share them, so
    // another thread shows them.
    filesystem::directory_iterator it(process + "/task", ec);
    for (filesystem::directory_iterator const end; shown == 0 && it != end && !ec; it.increment(ec))
        shown = add_locks_of(it->path().native(), wanted, found, ec);
    return found;
}

owner_record record_of(std::int64_t pid, bool is_shared)
{
    owner_record record;
    record.pid = pid;
    record.hostname = host_name();
    record.command = pid > 0 ? command_of(pid) : std::string();
    record.mode = is_shared ? owner_mode::kernel_shared : owner_mode::kernel_exclusive;
    return record;
}

bool is_process(std::string const& name)
{
    return name.find_first_not_of("0123456789") == std::string::npos;
}

// Adds all processes that have the open file of such a lock.
void add_sharers(std::vector<owner_record>& records, std::set<std::int64_t>& known,
                 listed_lock const& lock, meant const& wanted)
{
    system::error_code ec;
    filesystem::directory_iterator it("/proc", ec);
    for (filesystem::directory_iterator const end; it != end && !ec; it.increment(ec)) {
        auto const name = it->path().filename().native();
        if (!is_process(name))
            continue;
        auto const locks = locks_of(name, wanted);
        if (!locks || std::none_of(locks->begin(), locks->end(),
                                   [&](auto const& l) { return l.is_same_lock(lock); }))
            continue;
        auto const pid = std::strtoll(name.c_str(), nullptr, 10);
        if (known.insert(pid).second)
            records.push_back(record_of(pid, lock.is_shared));
    }
}

// The kernel takes up to 25 ms to write the list.
std::string list_of_locks()
{
    return read_proc("/proc/locks").value_or("");
}

std::vector<owner_record> holders_of(meant const& wanted, std::string const& list)
{
    std::vector<owner_record> records;
    std::set<std::int64_t> known;
    if (wanted.file.empty())
        return records;
    for (auto const& lock : listed_locks(list, wanted)) {
        if (lock.pid > 0) {
            auto const locks = locks_of(std::to_string(lock.pid), wanted);
            // A POSIX lock belongs to the process itself. If its descriptors are not readable, the
            // pid in /proc/locks counts.
            bool const is_holder = lock.kind == "POSIX" || !locks ||
                                   std::any_of(locks->begin(), locks->end(),
                                               [&](auto const& l) { return l.is_same_lock(lock); });
            if (is_holder) {
                if (known.insert(lock.pid).second)
                    records.push_back(record_of(lock.pid, lock.is_shared));
                continue;
            }
        }
        auto const before = records.size();
        add_sharers(records, known, lock, wanted);
        if (records.size() == before && known.empty())
            records.push_back(record_of(0, lock.is_shared)); // a holder that is not visible
    }
    return records;
}

} // namespace

std::vector<owner_record> kernel_lock_holders(filesystem::path const& path, kernel_lock kind)
{
    return holders_of({listed_name(path), kind, whole_range}, list_of_locks());
}

std::vector<owner_record> range_lock_holders(filesystem::path const& path, byte_range held,
                                             byte_range reserved)
{
    auto const file = listed_name(path);
    auto const list = list_of_locks();
    auto records = holders_of({file, kernel_lock::record, held}, list);
    for (auto& owner : holders_of({file, kernel_lock::record, reserved}, list)) {
        auto const record = std::find_if(records.begin(), records.end(),
                                         [&](auto const& r) { return r.pid == owner.pid; });
        if (record == records.end()) {
            owner.mode = owner_mode::kernel_upgrade;
            records.push_back(std::move(owner));
        } else if (record->mode == owner_mode::kernel_shared) {
            record->mode = owner_mode::kernel_upgrade;
        }
    }
    return records;
}

} // namespace detail
} // namespace filelock
} // namespace boost
