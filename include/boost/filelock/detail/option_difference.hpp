// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_OPTION_DIFFERENCE_HPP
#define BOOST_FILELOCK_DETAIL_OPTION_DIFFERENCE_HPP

#include <boost/filelock/lock_options.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

inline std::string text_of_option(bool value)
{
    return value ? "true" : "false";
}

inline std::string text_of_option(std::chrono::nanoseconds value)
{
    return std::to_string(value.count()) + " ns";
}

inline std::string text_of_option(filesystem::perms value)
{
    char text[16]; // 11 digits at most
    std::snprintf(text, sizeof text, "0%o", static_cast<unsigned>(value));
    return text;
}

inline std::string text_of_option(ownership value)
{
    return value == ownership::thread ? "thread" : "instance";
}

inline std::string text_of_option(storage value)
{
    return value == storage::detect ? "detect" : value == storage::local ? "local" : "network";
}

inline std::string text_of_option(kernel_lock value)
{
    return value == kernel_lock::flock ? "flock" : value == kernel_lock::record ? "record" : "both";
}

inline std::string text_of_option(fallback value)
{
    return value == fallback::none ? "none" : "soft";
}

template <class T>
std::string text_of_option(std::optional<T> const& value)
{
    return value ? text_of_option(*value) : "unset";
}

template <class T>
std::string text_of_option(std::function<T> const& value)
{
    return value ? "a function" : "none";
}

template <class T>
bool is_same_option(T const& a, T const& b)
{
    return a == b;
}

/// Functions cannot be compared, so a function is equal to no other, not even to itself.
template <class T>
bool is_same_option(std::function<T> const& a, std::function<T> const& b)
{
    return !a && !b;
}

/// Returns the first option in which the two differ, with both values. Returns an empty text if
/// they are the same.
template <class Options>
std::string option_difference(Options const& a, Options const& b)
{
    std::string text;
    for_each_option(a, b, [&](char const* name, auto const& first, auto const& second) {
        if (text.empty() && !is_same_option(first, second))
            text =
                std::string(name) + ": " + text_of_option(first) + " and " + text_of_option(second);
    });
    return text;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
