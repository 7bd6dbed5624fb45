// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_LOCK_KINDS_HPP
#define BOOST_FILELOCK_TEST_LOCK_KINDS_HPP

#include <boost/filelock.hpp>

#include <tuple>
#include <type_traits>

namespace filelock_test {

/// Every lock type that can be held exclusively. The template suites run over all of them.
using exclusive_kinds =
    std::tuple<boost::filelock::file_lock, boost::filelock::read_write_lock,
               boost::filelock::soft_file_lock, boost::filelock::soft_file_lease,
               boost::filelock::soft_read_write_lock, boost::filelock::strict_soft_file_lock>;

/// The lock types that can be held shared.
using shared_kinds = std::tuple<boost::filelock::file_lock, boost::filelock::read_write_lock,
                                boost::filelock::soft_read_write_lock>;

/// Whether the lock is the kernel's, so that a waiter without a limit sleeps there.
template <class Lock>
inline constexpr bool is_kernels = std::is_same_v<Lock, boost::filelock::file_lock> ||
                                   std::is_same_v<Lock, boost::filelock::read_write_lock>;

template <class Lock>
inline constexpr bool is_strict = std::is_same_v<Lock, boost::filelock::strict_soft_file_lock>;

/// Returns the file, or the directory of the files, that exists while the lock at the path is held
/// exclusively.
template <class Lock>
boost::filesystem::path file_held(boost::filesystem::path path)
{
    constexpr bool is_tree = std::is_same_v<Lock, boost::filelock::soft_read_write_lock>;
    return is_tree ? path += ".write" : is_strict<Lock> ? path += ".filelock/claims" : path;
}

/// Whether it stays after the release.
template <class Lock>
inline constexpr bool keeps_file = is_kernels<Lock> || is_strict<Lock>;

/// Frees the lock after the death of its holder, if only an operator can.
template <class Lock>
void free_after_death(boost::filesystem::path const& path)
{
    if constexpr (is_strict<Lock>) {
        Lock lock(path);
        for (auto const& claim : lock.claims())
            lock.force_break(claim.name);
    }
}

/// The options type of a lock type.
template <class Lock>
struct options_of;
template <>
struct options_of<boost::filelock::file_lock>
{
    using type = boost::filelock::file_lock_options;
};

template <>
struct options_of<boost::filelock::read_write_lock>
{
    using type = boost::filelock::read_write_lock_options;
};

template <>
struct options_of<boost::filelock::soft_file_lock>
{
    using type = boost::filelock::soft_file_lock_options;
};

template <>
struct options_of<boost::filelock::soft_file_lease>
{
    using type = boost::filelock::soft_file_lease_options;
};

template <>
struct options_of<boost::filelock::soft_read_write_lock>
{
    using type = boost::filelock::soft_read_write_lock_options;
};

template <>
struct options_of<boost::filelock::strict_soft_file_lock>
{
    using type = boost::filelock::strict_soft_file_lock_options;
};

template <class Lock>
typename options_of<Lock>::type quick()
{
    typename options_of<Lock>::type options;
    options.poll_interval = std::chrono::milliseconds(1);
    return options;
}

/// Options of a lock that gets a change notification or waits for an hour.
template <class Lock>
typename options_of<Lock>::type never_polling()
{
    typename options_of<Lock>::type options;
    options.poll_interval = std::chrono::hours(1);
    return options;
}

/// Acquires and releases the lock until the file of a kernel lock stays open in between.
template <class Lock>
void use_repeatedly(Lock& lock)
{
    for (int i = 0; i < 3; ++i) {
        lock.lock();
        lock.unlock();
    }
}

template <class Lock>
typename options_of<Lock>::type of_instance()
{
    auto options = quick<Lock>();
    options.scope = boost::filelock::ownership::instance;
    return options;
}

} // namespace filelock_test

#endif
