// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What most examples include, precompiled by clang for the tests. Each example includes what it
// needs.

#ifndef BOOST_FILELOCK_EXAMPLE_PRECOMPILED_HPP
#define BOOST_FILELOCK_EXAMPLE_PRECOMPILED_HPP

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <string>

#endif
