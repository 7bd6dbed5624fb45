// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_FWD_HPP
#define BOOST_FILELOCK_FWD_HPP

namespace boost {
namespace filelock {

enum class error;
enum class ownership;

struct file_lock_options;
struct force_t;

class file_lock;
class lock_error;

} // namespace filelock
} // namespace boost

#endif
