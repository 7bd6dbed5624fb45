// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "platform/directory.hpp"
#include "platform/file.hpp"
#include "platform/storage.hpp"
#include "platform/thread.hpp"

#include <boost/filelock/fence_guard.hpp>

#include <boost/system/errc.hpp>
#include <boost/throw_exception.hpp>

#include <charconv>
#include <limits>
#include <shared_mutex>
#include <string>

namespace boost {
namespace filelock {
namespace {

namespace errc = system::errc;

constexpr std::size_t digits = std::numeric_limits<std::uint64_t>::digits10 + 1;

std::string text_of(std::uint64_t number)
{
    auto const text = std::to_string(number);
    return std::string(digits - text.size(), '0') + text + '\n';
}

system::error_code read_number(native_handle_type file, std::uint64_t& number)
{
    number = 0;
    std::string text;
    if (detail::may_read_from_copy(file))
        detail::drop_copies(file);
    auto const ec = detail::read_all(file, digits + 1, text);
    if (ec || text.empty())
        return ec;
    auto const* const end = text.data() + digits;
    bool const is_number = text.size() == digits + 1 && *end == '\n' &&
                           std::from_chars(text.data(), end, number).ptr == end &&
                           number != 0; // as after an overflow
    if (is_number)
        return {};
    number = 0;
    return error::not_a_lock_file;
}

// A higher number replaces the former one by a single pwrite(2) of the same length at offset 0. A
// process that is killed has made the call or not. The bytes are in one page, which the kernel
// copies as a whole, and in one sector, which a disk writes as a whole. So a crash of the system
// leaves the former number or the new one as well.
system::error_code admit_to(native_handle_type file, filesystem::path const& path,
                            std::uint64_t number)
{
    std::uint64_t highest;
    auto ec = read_number(file, highest);
    if (!ec && number < highest)
        ec = error::fence_passed;
    // The name of the file must outlast a crash too. Where there is a number, the name does.
    if (!ec && highest == 0)
        ec = detail::flush_name(path);
    if (ec)
        return ec;
    // An equal number is written again. The process that wrote it may have ended before it was on
    // the disk; and after a failed fdatasync(2), a further one alone would write nothing.
    ec = detail::write_all(file, text_of(number));
    if (!ec)
        ec = detail::flush(file);
    // The first number may have been written in part, on a full disk.
    if (ec && highest == 0)
        (void)detail::truncate(file);
    return ec;
}

// The guard's file is beside the resource, so its directory exists.
file_lock_options options_of(native_handle_type& file)
{
    file_lock_options options;
    options.create_directories = false;
    options.on_acquired = [&file](native_handle_type opened) { file = opened; };
    return options;
}

} // namespace

fence_guard::fence_guard(filesystem::path const& path)
    : absolute_(detail::checked_absolute(path)), lock_(path, options_of(file_))
{}

void fence_guard::admit(std::uint64_t number)
{
    (void)enter(number);
}

void fence_guard::admit(std::uint64_t number, system::error_code& ec)
{
    (void)enter(number, ec);
}

std::uint64_t fence_guard::highest() const
{
    system::error_code ec;
    auto const number = highest(ec);
    if (ec)
        fail(ec);
    return number;
}

std::uint64_t fence_guard::highest(system::error_code& ec) const
{
    detail::without_cancellation const running_on;
    std::uint64_t number = 0;
    if (lock_.is_locked()) { // `run` calls this thread
        ec = read_number(file_, number);
        return number;
    }
    detail::file_facts facts;
    ec = detail::facts_of(absolute_, facts);
    if (ec == errc::no_such_file_or_directory) {
        ec.clear();
        return 0;
    }
    if (!ec && lock_.acquire_shared({}, ec)) {
        std::shared_lock<file_lock> const held(lock_, std::adopt_lock);
        ec = read_number(file_, number);
    }
    return number;
}

std::unique_lock<file_lock> fence_guard::enter(std::uint64_t number)
{
    system::error_code ec;
    auto admitted = enter(number, ec);
    if (ec)
        fail(ec);
    return admitted;
}

std::unique_lock<file_lock> fence_guard::enter(std::uint64_t number, system::error_code& ec)
{
    detail::without_cancellation const running_on;
    if (number == 0)
        ec = make_error_code(errc::invalid_argument);
    else if (lock_.acquire({}, ec)) {
        std::unique_lock<file_lock> held(lock_, std::adopt_lock);
        ec = admit_to(file_, absolute_, number);
        if (!ec)
            return held;
    }
    return {};
}

void fence_guard::fail(system::error_code const& ec) const
{
    boost::throw_exception(lock_error(ec, path()), BOOST_CURRENT_LOCATION);
}

} // namespace filelock
} // namespace boost
