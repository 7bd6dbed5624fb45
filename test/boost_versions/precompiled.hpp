// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Headers of others that the tests include. Boost.Test is left out: a test defines a macro first.

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
