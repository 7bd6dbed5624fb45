// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "deadlock_waits.hpp"

#include "../../src/platform/linux/proc.hpp"
#include "../../src/platform/posix/scoped_fd.hpp"

#include <boost/filesystem/directory.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

bool is_for_open_file(kernel_lock_entry const& entry)
{
    return entry.is_waiting && entry.type == "OFDLCK";
}

bool is_number(std::string const& text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// A call fcntl(fd, F_OFD_SETLKW, argument).
struct lock_call
{
    std::string descriptor;
    std::uint64_t argument; ///< an address in the process
};

// The line has the number of the call and its arguments in hexadecimal: "72 0x3 0x26 0x7ffc...". A
// running task has "running". The number differs between architectures, so the command counts:
// where other calls have a pointer, it is none.
std::optional<lock_call> call_of(std::string const& task)
{
    auto const text = detail::read_proc(task + "/syscall").value_or("");
    std::string_view line = text;
    detail::take_word(line);
    auto const take = [&] {
        return std::strtoull(std::string(detail::take_word(line)).c_str(), nullptr, 16);
    };
    auto const descriptor = take(), command = take(), argument = take();
    if (command != F_OFD_SETLKW)
        return std::nullopt;
    return lock_call{std::to_string(descriptor), argument};
}

std::optional<struct ::flock> argument_of(std::string const& task, lock_call const& call)
{
    detail::scoped_fd const memory(::open((task + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    struct ::flock what = {};
    bool const is_read =
        memory.is_open() && ::pread(memory.native(), &what, sizeof what,
                                    static_cast<::off_t>(call.argument)) == sizeof what;
    return is_read ? std::optional<struct ::flock>(what) : std::nullopt;
}

detail::byte_range range_of(struct ::flock const& what)
{
    if (what.l_len < 0)
        return {what.l_start + what.l_len, -what.l_len};
    auto const rest = (std::numeric_limits<std::int64_t>::max)() - what.l_start;
    return {what.l_start, what.l_len == 0 ? rest : what.l_len};
}

// Returns the request in the list that the task makes. A range that is relative to a position is
// not compared.
std::optional<kernel_lock_entry> request_of(std::string const& task, std::string const& mounts,
                                            std::vector<kernel_lock_entry> const& list)
{
    auto const call = call_of(task);
    auto const what = call ? argument_of(task, *call) : std::nullopt;
    if (!what)
        return std::nullopt;
    auto const info = detail::read_proc(task + "/fdinfo/" + call->descriptor).value_or("");
    auto const file = listed_name(info, mounts);
    auto const range = range_of(*what);
    auto const found = std::find_if(list.begin(), list.end(), [&](kernel_lock_entry const& entry) {
        return is_for_open_file(entry) && entry.file == file &&
               entry.is_shared == (what->l_type == F_RDLCK) &&
               (what->l_whence != SEEK_SET ||
                (entry.bytes.first == range.first && entry.bytes.length == range.length));
    });
    return found == list.end() ? std::nullopt : std::optional<kernel_lock_entry>(*found);
}

void add_waits_of(std::string const& pid, std::vector<kernel_lock_entry> const& list,
                  std::vector<kernel_wait>& waits)
{
    auto const process = "/proc/" + pid;
    std::optional<std::string> mounts;
    boost::system::error_code ec; // the process may end meanwhile
    fs::directory_iterator it(process + "/task", ec);
    for (fs::directory_iterator const end; it != end && !ec; it.increment(ec)) {
        auto const& task = it->path().native();
        if (!call_of(task))
            continue;
        if (!mounts)
            mounts = detail::read_proc(process + "/mountinfo").value_or("");
        if (auto request = request_of(task, *mounts, list))
            waits.push_back({std::strtoll(pid.c_str(), nullptr, 10), std::move(*request)});
    }
}

} // namespace

kernel_waits waits_in(std::vector<kernel_lock_entry> const& list)
{
    kernel_waits waits;
    for (auto const& entry : list)
        if (entry.is_waiting && entry.pid > 0)
            waits.known.push_back({entry.pid, entry});
    auto const named = waits.known.size();
    auto const open_files =
        static_cast<std::size_t>(std::count_if(list.begin(), list.end(), is_for_open_file));
    boost::system::error_code ec;
    fs::directory_iterator it;
    if (open_files != 0)
        it = fs::directory_iterator("/proc", ec);
    for (fs::directory_iterator const end; it != end && !ec; it.increment(ec))
        if (is_number(it->path().filename().native()))
            add_waits_of(it->path().filename().native(), list, waits.known);
    auto const found = waits.known.size() - named;
    waits.unknown = open_files - (std::min)(open_files, found);
    return waits;
}

} // namespace filelock_tool
