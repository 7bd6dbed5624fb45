// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_WHERE_HPP
#define BOOST_FILELOCK_DETAIL_WHERE_HPP

#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/is_executor.hpp>

#include <type_traits>

// The types that the first argument of an asynchronous function may have.

namespace boost {
namespace filelock {
namespace detail {

template <class T>
inline constexpr bool is_any_executor =
    asio::execution::is_executor<T>::value || asio::is_executor<T>::value;

template <class T>
inline constexpr bool is_context = std::is_convertible<T&, asio::execution_context&>::value;

/// Selects an executor or an execution context.
template <class T>
using if_where =
    std::enable_if_t<is_any_executor<std::decay_t<T>> || is_context<std::remove_reference_t<T>>,
                     int>;

template <class T>
auto executor_of(T& where)
{
    if constexpr (is_context<T>)
        return where.get_executor();
    else
        return where;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
