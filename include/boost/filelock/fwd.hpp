// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_FWD_HPP
#define BOOST_FILELOCK_FWD_HPP

#include <boost/filelock/config.hpp>

namespace boost {
namespace filelock {

enum class claim_state;
enum class error;
enum class fallback;
enum class kernel_lock;
enum class loss_reason;
enum class owner_mode;
enum class ownership;
enum class storage;

struct acquire_options;
struct file_lock_options;
struct force_t;
struct lease_loss;
struct owner_record;
struct read_write_lock_options;
struct soft_file_lease_options;
struct soft_file_lock_options;
struct soft_read_write_lock_options;
struct strict_claim;
struct strict_soft_file_lock_options;
struct wait_status;

class fence_guard;
class file_lock;
class lock_error;
class read_write_lock;
class soft_file_lease;
class soft_file_lock;
class soft_read_write_lock;
class strict_soft_file_lock;

template <class Lock>
class held_lock;
template <class Lock>
class shared_held_lock;
template <class Lock>
class upgrade_held_lock;

} // namespace filelock
} // namespace boost

#endif
