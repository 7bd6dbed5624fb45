// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_CONFIG_HPP
#define BOOST_FILELOCK_CONFIG_HPP

/// @file
/// Types of the platform, and the macros that configure the library.
///
/// [#macros]
/// .Macros that a program or a build may define
/// [cols="2,3"]
/// |===
/// |Macro |Effect
///
/// |[[BOOST_FILELOCK_DYN_LINK]]`BOOST_FILELOCK_DYN_LINK`
/// |Defined, or `BOOST_ALL_DYN_LINK`: the program links to the shared library. b2 and CMake define
/// it.
///
/// |[[BOOST_FILELOCK_NO_LIB]]`BOOST_FILELOCK_NO_LIB`
/// |Defined, or `BOOST_ALL_NO_LIB`: compilers with automatic linking do not link the library.
///
/// |[[BOOST_FILELOCK_NO_CHANGE_NOTICE]]`BOOST_FILELOCK_NO_CHANGE_NOTICE`
/// |Defined when the library is built (`b2 define=...`, `cmake -D...=ON`): waits use no change
/// notifications of the system, and try every `poll_interval`.
/// |===

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

/// The operating system's handle of an open file: `int`, a file descriptor, where the system has
/// those.
#if defined(BOOST_WINDOWS)
using native_handle_type = void*;
#else
using native_handle_type = int;
#endif

} // namespace filelock
} // namespace boost

#endif
