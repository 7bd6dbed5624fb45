// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_TAKEN_HPP
#define BOOST_FILELOCK_TEST_TAKEN_HPP

#include <boost/filesystem/path.hpp>

namespace filelock_test {

/// Returns whether another object cannot acquire the lock, because it is held.
template <class Lock>
bool taken(boost::filesystem::path const& path)
{
    Lock other(path);
    if (!other.try_lock())
        return true;
    other.unlock();
    return false;
}

} // namespace filelock_test

#endif
