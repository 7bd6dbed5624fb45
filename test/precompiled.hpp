// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The headers that most tests include, precompiled by clang. Each source still includes the headers
// it needs: gcc builds the tests without this header, since its precompiled headers save nothing
// here.

#ifndef BOOST_FILELOCK_TEST_PRECOMPILED_HPP
#define BOOST_FILELOCK_TEST_PRECOMPILED_HPP

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>
#include <boost/filesystem.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <boost/thread.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#endif
