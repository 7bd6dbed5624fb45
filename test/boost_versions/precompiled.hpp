// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Headers of other libraries that the tests include. Boost.Test is left out, because a test defines
// a macro before it.

#ifndef BOOST_FILELOCK_TEST_BOOST_VERSIONS_PRECOMPILED_HPP
#define BOOST_FILELOCK_TEST_BOOST_VERSIONS_PRECOMPILED_HPP

#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/filesystem.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#endif
