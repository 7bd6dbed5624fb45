// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_VERSION_HPP
#define BOOST_FILELOCK_VERSION_HPP

/// The version: major * 100000 + minor * 100 + patch.
#define BOOST_FILELOCK_VERSION 100

/// The version as text. It is part of the name of the shared library.
#define BOOST_FILELOCK_LIB_VERSION "0.1.0"

#endif
