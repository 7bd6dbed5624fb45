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
#include <type_traits>

namespace boost {
namespace filelock {
namespace {

using detail::lock_mode;

// Calls `f(ec)`, and throws where that sets an error.
template <class F>
auto or_throw(native_handle_type file, F const& f)
{
    auto const check = [file](system::error_code const& ec) {
        if (!ec)
            return;
        std::ostringstream name;
        name << "descriptor " << file;
        boost::throw_exception(lock_error(ec, name.str()), BOOST_CURRENT_LOCATION);
    };
    system::error_code ec;
    if constexpr (std::is_void<decltype(f(ec))>::value) {
        f(ec);
        check(ec);
    } else {
        auto const result = f(ec);
        check(ec);
        return result;
    }
}

void wait(native_handle_type file, lock_mode mode, system::error_code& ec) noexcept
{
    detail::without_cancellation const running_on;
    ec = detail::wait_for_kernel_lock(file, kernel_lock::flock, mode);
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
    wait(file, lock_mode::exclusive, ec);
}

void lock_descriptor(native_handle_type file)
{
    or_throw(file, [&](auto& ec) { lock_descriptor(file, ec); });
}

bool try_lock_descriptor(native_handle_type file, system::error_code& ec) noexcept
{
    return attempt(file, lock_mode::exclusive, ec);
}

bool try_lock_descriptor(native_handle_type file)
{
    return or_throw(file, [&](auto& ec) { return try_lock_descriptor(file, ec); });
}

void lock_descriptor_shared(native_handle_type file, system::error_code& ec) noexcept
{
    wait(file, lock_mode::shared, ec);
}

void lock_descriptor_shared(native_handle_type file)
{
    or_throw(file, [&](auto& ec) { lock_descriptor_shared(file, ec); });
}

bool try_lock_descriptor_shared(native_handle_type file, system::error_code& ec) noexcept
{
    return attempt(file, lock_mode::shared, ec);
}

bool try_lock_descriptor_shared(native_handle_type file)
{
    return or_throw(file, [&](auto& ec) { return try_lock_descriptor_shared(file, ec); });
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
    or_throw(file, [&](auto& ec) { unlock_descriptor(file, ec); });
}

} // namespace filelock
} // namespace boost
