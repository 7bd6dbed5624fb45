// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "process_starts.hpp"

#include "../clock.hpp"
#include "proc.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;
using multiprecision::uint128_t;

constexpr char const* own_time_namespace = "/proc/thread-self/ns/time";

template <class Number>
std::optional<Number> number(std::string_view text) noexcept
{
    Number n{};
    auto const end = text.data() + text.size();
    auto const result = std::from_chars(text.data(), end, n);
    if (result.ec != std::errc() || result.ptr != end)
        return std::nullopt;
    return n;
}

// Returns the UUID of this boot as a number, or 0 if it is unknown.
uint128_t boot_id()
{
    auto hex = read_proc("/proc/sys/kernel/random/boot_id").value_or("");
    hex.erase(std::remove_if(hex.begin(), hex.end(), [](char c) { return c == '-' || c == '\n'; }),
              hex.end());
    bool const is_hex =
        std::all_of(hex.begin(), hex.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
    return hex.size() == 32 && is_hex ? uint128_t("0x" + hex) : uint128_t();
}

// Returns whether this process's clocks have the offsets in `timens_offsets`. The file shows the
// offsets of future children, which may have others (time_namespaces(7)).
bool are_our_offsets()
{
    system::error_code a, b;
    auto const ours = filesystem::read_symlink(own_time_namespace, a);
    return ours == filesystem::read_symlink("/proc/thread-self/ns/time_for_children", b) && !a &&
           !b;
}

// Returns whether this is the initial time namespace. The kernel's PROC_TIME_INIT_INO fixes its
// inode number.
bool is_ours_the_first()
{
    system::error_code ec;
    return filesystem::read_symlink(own_time_namespace, ec) == "time:[4026531834]";
}

// Returns the offset that the kernel adds to the times that it shows to this process, in
// nanoseconds, modulo 2^64 as the kernel's own sum is. Returns nothing if the offset is unknown.
std::optional<std::uint64_t> offset_of_our_time_namespace()
{
    system::error_code ec;
    auto const offsets = read_proc("/proc/self/timens_offsets", ec);
    if (!offsets) // Linux before 5.6 has no such namespaces
        return ec == errc::no_such_file_or_directory ? std::optional<std::uint64_t>(0)
                                                     : std::nullopt;
    if (offsets->empty()) // the file is about the first thread, which has ended
        return is_ours_the_first() ? std::optional<std::uint64_t>(0) : std::nullopt;
    for (std::string_view rest = *offsets; !rest.empty();) {
        auto line = take_line(rest);
        if (take_word(line) != "boottime")
            continue;
        auto const seconds = number<std::int64_t>(take_word(line)).value_or(0);
        auto const nanoseconds = number<std::int64_t>(take_word(line)).value_or(0);
        if (!are_our_offsets())
            return std::nullopt;
        return static_cast<std::uint64_t>(seconds) * 1'000'000'000 +
               static_cast<std::uint64_t>(nanoseconds);
    }
    return 0;
}

// Returns the tick without the offset, rounded up. A process that was started before the zero of
// the namespace's clock shows a start near 2^64 ns.
std::uint64_t freed_of_offset(std::uint64_t tick, std::uint64_t offset)
{
    auto const length = 1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return (tick * length - offset + length - 1) / length;
}

} // namespace

process_starts::process_starts() : boot_(boot_id()), offset_(offset_of_our_time_namespace()) {}

std::optional<start_token> process_starts::of(std::string const& process,
                                              system::error_code& ec) const
{
    auto const stat = read_proc("/proc/" + process + "/stat", ec);
    if (!stat || !offset_)
        return std::nullopt;
    // The second field is the name of the program, in parentheses. The name may contain
    // parentheses.
    auto const name_ends = stat->rfind(')');
    if (name_ends == stat->npos)
        return std::nullopt;
    auto rest = std::string_view(*stat).substr(name_ends + 1);
    for (int field = 3; field < 22; ++field)
        take_word(rest);
    auto const tick = number<std::uint64_t>(take_word(rest));
    if (!tick)
        return std::nullopt;
    return start_token{boot_, freed_of_offset(*tick, *offset_)};
}

std::optional<std::chrono::nanoseconds> process_starts::uptime() const
{
    // Without /proc the offset of the time namespace is unknown as well.
    if (!offset_ || boot_ == 0)
        return std::nullopt;
    auto const shown = static_cast<std::uint64_t>(time_since_boot().count());
    return std::chrono::nanoseconds(static_cast<std::int64_t>(shown - *offset_)); // modulo 2^64
}

bool is_no_answer(system::error_code const& ec) noexcept
{
    return ec == errc::too_many_files_open || ec == errc::too_many_files_open_in_system ||
           ec == errc::not_enough_memory;
}

} // namespace detail
} // namespace filelock
} // namespace boost
