// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "fence_numbers.hpp"

#include "../platform/clock.hpp"
#include "../platform/descriptor.hpp"
#include "../platform/directory.hpp"
#include "../platform/file.hpp"
#include "attempts.hpp"
#include "lock_directory.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;

constexpr std::size_t most_digits = 18;
constexpr std::uint64_t greatest_number = 999'999'999'999'999'999;

// How long a number stays after a greater one was made. A listing that takes less time contains one
// of the two, if the first was there when the listing began.
constexpr std::chrono::minutes needless_after{60};

// Returns the number of which this is the name, or 0 if it is none.
std::uint64_t number_of(std::string const& name) noexcept
{
    std::uint64_t number = 0;
    if (name.size() > most_digits || name.front() == '0' ||
        name.find_first_not_of("0123456789") != name.npos)
        return 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    return number;
}

// Lists the numbers in ascending order.
system::error_code list(descriptor const& directory, std::vector<std::uint64_t>& numbers)
{
    auto const begun = time_since_boot();
    auto const ec = for_each_name(anchored_path(directory, "."), [&](std::string const& name) {
        if (auto const n = number_of(name))
            numbers.push_back(n);
    });
    // The thread may have been stopped in between, while the hold was refreshed.
    if (!ec && time_since_boot() - begun > needless_after / 2)
        return make_error_code(errc::timed_out);
    std::sort(numbers.begin(), numbers.end());
    return ec;
}

// Removes each number whose next greater one has existed for long, by the file system's clock.
// Ignores errors: the next process tries again.
void remove_needless(descriptor const& directory, std::vector<std::uint64_t> const& numbers,
                     std::chrono::nanoseconds now)
{
    file_facts next;
    auto const path_of = [&](std::uint64_t n) {
        return anchored_path(directory, std::to_string(n));
    };
    for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
        if (facts_of(path_of(numbers[i + 1]), next) || now - next.modified < needless_after)
            return;
        (void)remove_name(path_of(numbers[i]));
    }
}

} // namespace

fence_numbers::fence_numbers(filesystem::path const& lock_path,
                             std::optional<filesystem::perms> permissions)
    : directory_(lock_path), permissions_(permissions)
{
    directory_ += ".fence";
}

system::error_code fence_numbers::make_next(std::uint64_t& number) const
{
    lock_directory opened;
    auto const& directory = opened.file;
    std::vector<std::uint64_t> numbers;
    auto ec = opened.open_or_make(directory_, permissions_);
    if (!ec)
        ec = list(directory, numbers);
    // A process that finds a number may rely on the name of the directory, even if the process that
    // made the directory has ended.
    if (!ec && numbers.empty())
        ec = flush_name(directory_);
    if (ec)
        return ec;
    number = numbers.empty() ? 0 : numbers.back();
    descriptor file;
    do {
        if (number == greatest_number)
            return make_error_code(errc::value_too_large);
        ++number;
        ec = file.create(anchored_path(directory, std::to_string(number)), permissions_);
    } while (ec == errc::file_exists);
    file_facts made;
    if (!ec)
        ec = facts_of(file, made);
    // Otherwise a crash of the system could lose the number, and another hold get it again.
    if (!ec)
        ec = flush_names(directory);
    if (ec)
        return ec;
    numbers.push_back(number);
    remove_needless(directory, numbers, made.modified);
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
