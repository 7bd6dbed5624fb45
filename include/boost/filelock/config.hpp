// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_CONFIG_HPP
#define BOOST_FILELOCK_CONFIG_HPP

#if defined(_MSVC_LANG)
#if _MSVC_LANG < 201703L
#error "Boost.FileLock requires C++17"
#endif
#elif __cplusplus < 201703L
#error "Boost.FileLock requires C++17"
#endif

#include <boost/config.hpp>

#if defined(BOOST_ALL_DYN_LINK) && !defined(BOOST_FILELOCK_DYN_LINK)
#define BOOST_FILELOCK_DYN_LINK
#endif

#if !defined(BOOST_FILELOCK_DYN_LINK)
#define BOOST_FILELOCK_DECL
#elif defined(BOOST_FILELOCK_SOURCE)
#define BOOST_FILELOCK_DECL BOOST_SYMBOL_EXPORT
#else
#define BOOST_FILELOCK_DECL BOOST_SYMBOL_IMPORT
#endif

// Compilers with automatic linking link the library when any of its headers is included.
#if !defined(BOOST_ALL_NO_LIB) && !defined(BOOST_FILELOCK_NO_LIB) && !defined(BOOST_FILELOCK_SOURCE)
#define BOOST_LIB_NAME boost_filelock
#if defined(BOOST_FILELOCK_DYN_LINK)
#define BOOST_DYN_LINK
#endif
#include <boost/config/auto_link.hpp>
#endif

namespace boost {
namespace filelock {

/// The operating system's handle of an open file.
#if defined(BOOST_WINDOWS)
using native_handle_type = void*;
#else
using native_handle_type = int;
#endif

} // namespace filelock
} // namespace boost

#endif
