// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_HELD_KINDS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_HELD_KINDS_HPP

#include "child.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/path.hpp>

#include <memory>
#include <ostream>
#include <vector>

// Locks of each kind and mode, held for the tests of the tool.

namespace filelock_test {

/// Acquires the lock at a path, and holds it until the result is destroyed.
using hold = std::shared_ptr<void> (*)(boost::filesystem::path const&);

template <class Lock>
std::shared_ptr<void> hold_exclusively(boost::filesystem::path const& path)
{
    auto lock = std::make_shared<Lock>(path);
    lock->lock();
    return lock;
}

template <class Lock>
std::shared_ptr<void> hold_shared(boost::filesystem::path const& path)
{
    auto lock = std::make_shared<Lock>(path);
    lock->lock_shared();
    return lock;
}

struct held_kind
{
    char const* kind;
    hold make;

    friend std::ostream& operator<<(std::ostream& out, held_kind const& k) { return out << k.kind; }
};

inline std::vector<held_kind> const soft_kinds = {
    {"soft_file_lock", hold_exclusively<boost::filelock::soft_file_lock>},
    {"soft_file_lease", hold_exclusively<boost::filelock::soft_file_lease>},
    {"strict_soft_file_lock", hold_exclusively<boost::filelock::strict_soft_file_lock>},
    {"soft_read_write_lock", hold_exclusively<boost::filelock::soft_read_write_lock>},
    {"soft_read_write_lock", hold_shared<boost::filelock::soft_read_write_lock>},
};

inline std::vector<held_kind> const kernel_kinds = {
    {"file_lock", hold_exclusively<boost::filelock::file_lock>},
    {"file_lock", hold_shared<boost::filelock::file_lock>},
    {"read_write_lock", hold_exclusively<boost::filelock::read_write_lock>},
    {"read_write_lock", hold_shared<boost::filelock::read_write_lock>},
};

/// The body of a child that holds the lock until it hears a line.
inline int hold_until_told(hold make, boost::filesystem::path const& path)
{
    auto const lock = make(path);
    say("held");
    hear();
    return 0;
}

} // namespace filelock_test

#endif
