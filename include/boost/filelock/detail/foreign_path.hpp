// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_FOREIGN_PATH_HPP
#define BOOST_FILELOCK_DETAIL_FOREIGN_PATH_HPP

#include <boost/filesystem/path.hpp>

#include <type_traits>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

template <class T, class = void>
inline constexpr bool is_foreign_path = false;

template <class T>
inline constexpr bool is_foreign_path<T, std::void_t<decltype(std::declval<T const&>().native())>> =
    !std::is_base_of<filesystem::path, T>::value &&
    std::is_same<std::decay_t<decltype(std::declval<T const&>().native())>,
                 filesystem::path::string_type>::value;

/// Selects `std::filesystem::path` without its header: a class with a `native()` that returns a
/// string of the operating system's character type. Some versions of Boost do not convert such a
/// path.
template <class T>
using if_foreign_path = std::enable_if_t<is_foreign_path<T>, int>;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
