// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../change_notifier.hpp"

// For systems without change notifications, and builds that do not use them.
#if !defined(__linux__) || defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

namespace boost {
namespace filelock {
namespace detail {

watch_result change_notifier::watch(file_watch&, watch_target const&, file_identity const&) noexcept
{
    return watch_result::no;
}

void change_notifier::forget(file_watch&) noexcept {}

void change_notifier::drop_lingering() noexcept {}

void change_notifier::read() noexcept {}

void change_notifier::reset_in_child() noexcept {}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
