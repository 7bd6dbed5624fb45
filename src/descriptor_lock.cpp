// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "platform/file.hpp"
#include "platform/kernel_lock.hpp"
#include "platform/thread.hpp"

#include <boost/filelock/descriptor_lock.hpp>

#include <boost/system/errc.hpp>
#include <boost/throw_exception.hpp>

#include <sstream>

namespace boost {
namespace filelock {
namespace {

using detail::lock_mode;

void check(system::error_code const& ec, native_handle_type file)
{
    if (!ec)
        return;
    std::ostringstream name;
    name << "descriptor " << file;
    boost::throw_exception(lock_error(ec, name.str()), BOOST_CURRENT_LOCATION);
}

bool attempt(native_handle_type file, lock_mode mode, system::error_code& ec) noexcept
{
    detail::without_cancellation const running_on;
    ec = detail::try_kernel_lock(file, kernel_lock::flock, mode);
    bool const had = !ec;
    if (ec == system::errc::operation_would_block)
        ec.clear();
    return had;
}

} // namespace

void lock_descriptor(native_handle_type file, system::error_code& ec) noexcept
{
    detail::without_cancellation const running_on;
    ec = detail::wait_for_kernel_lock(file, kernel_lock::flock, lock_mode::exclusive);
}

void lock_descriptor(native_handle_type file)
{
    system::error_code ec;
    lock_descriptor(file, ec);
    check(ec, file);
}

bool try_lock_descriptor(native_handle_type file, system::error_code& ec) noexcept
{
    return attempt(file, lock_mode::exclusive, ec);
}

bool try_lock_descriptor(native_handle_type file)
{
    system::error_code ec;
    bool const had = try_lock_descriptor(file, ec);
    check(ec, file);
    return had;
}

void lock_descriptor_shared(native_handle_type file, system::error_code& ec) noexcept
{
    detail::without_cancellation const running_on;
    ec = detail::wait_for_kernel_lock(file, kernel_lock::flock, lock_mode::shared);
}

void lock_descriptor_shared(native_handle_type file)
{
    system::error_code ec;
    lock_descriptor_shared(file, ec);
    check(ec, file);
}

bool try_lock_descriptor_shared(native_handle_type file, system::error_code& ec) noexcept
{
    return attempt(file, lock_mode::shared, ec);
}

bool try_lock_descriptor_shared(native_handle_type file)
{
    system::error_code ec;
    bool const had = try_lock_descriptor_shared(file, ec);
    check(ec, file);
    return had;
}

void unlock_descriptor(native_handle_type file, system::error_code& ec) noexcept
{
    detail::without_cancellation const running_on;
    ec = detail::kernel_unlock(file, kernel_lock::flock);
    if (!ec)
        // inotify(7) reports a close but no unlock. `touch` opens and closes the file, which
        // notifies the waiters.
        detail::touch(file);
}

void unlock_descriptor(native_handle_type file)
{
    system::error_code ec;
    unlock_descriptor(file, ec);
    check(ec, file);
}

} // namespace filelock
} // namespace boost
