// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Includes the public headers where macros are defined, such as those of <windows.h>. The headers
// of the standard library and of other libraries come first, because they are not under test.

#include <boost/asio.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>
#include <boost/type_index.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define ERROR 0
#define NO_ERROR 0
#define interface struct
#define small char
#define near
#define far
#define IN
#define OUT
#define DELETE 0x00010000L
#define Yield()
#define major(d) (d)
#define minor(d) (d)
#define unix 1
#define linux 1

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>
