// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/throw_exception.hpp>

#include <stdexcept>
#include <string>

namespace boost {
namespace filelock {
namespace detail {
namespace {

[[noreturn]] void refuse(std::string const& what)
{
    boost::throw_exception(std::invalid_argument("boost::filelock: " + what),
                           BOOST_CURRENT_LOCATION);
}

} // namespace

filesystem::path checked_absolute(filesystem::path const& path)
{
    if (path.empty())
        refuse("path is empty");
    auto const nul = path.native().find(filesystem::path::value_type());
    if (nul != filesystem::path::string_type::npos)
        refuse("path has a NUL after \"" + filesystem::path(path.native().substr(0, nul)).string() +
               "\"");
    return filesystem::absolute(path);
}

void check_poll_interval(std::chrono::nanoseconds poll_interval)
{
    if (poll_interval <= std::chrono::nanoseconds::zero())
        refuse("poll_interval is " + std::to_string(poll_interval.count()) +
               " ns and must be greater than zero");
}

void check_permissions(std::optional<filesystem::perms> const& permissions)
{
    auto const bits = permissions ? static_cast<unsigned>(*permissions) : 0;
    if ((bits & ~static_cast<unsigned>(filesystem::perms_mask)) != 0)
        refuse("permissions has the value " + std::to_string(bits) + " and may be 07777 at most");
}

void check_scope(ownership scope)
{
    if (scope != ownership::thread && scope != ownership::instance)
        refuse("scope has the unknown value " + std::to_string(static_cast<int>(scope)));
}

} // namespace detail
} // namespace filelock
} // namespace boost
