// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_VERSION_HPP
#define BOOST_FILELOCK_VERSION_HPP

/// Defined in header `<boost/filelock/version.hpp>`. The version of the library: major times
/// 100000, plus minor times 100, plus patch.
#define BOOST_FILELOCK_VERSION 100

/// Defined in header `<boost/filelock/version.hpp>`. The version as text, such as "0.1.0". It is
/// part of the name of the shared library, except in a Boost tree, where the name has Boost's
/// version.
#define BOOST_FILELOCK_LIB_VERSION "0.1.0"

#endif
