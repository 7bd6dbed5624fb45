// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_HPP
#define BOOST_FILELOCK_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/descriptor_lock.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/fence_guard.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/fwd.hpp>
#include <boost/filelock/idle_descriptors.hpp>
#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/shared_instance.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>
#include <boost/filelock/synchronize.hpp>
#include <boost/filelock/version.hpp>

#endif
