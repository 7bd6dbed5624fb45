// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SQLITE_LEVELS_HPP
#define BOOST_FILELOCK_TEST_SQLITE_LEVELS_HPP

#include "../peer/sqlite_peer.hpp"

#include <boost/test/data/monomorphic.hpp>

namespace filelock_test {

/// All levels, for test cases that run once for each.
inline auto const all_levels = boost::unit_test::data::make(levels);

} // namespace filelock_test

#endif
