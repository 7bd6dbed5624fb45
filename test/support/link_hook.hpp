// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_LINK_HOOK_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_LINK_HOOK_HPP

#include <boost/config.hpp>

#include <cerrno>
#include <functional>
#include <string>

#include <sys/syscall.h>
#include <unistd.h>

// Acts at the moment at which a link has been made. A program includes this header in one source.
// It defines linkat(2) for the whole program, its shared libraries included. strace can only fail a
// call that is not executed.

namespace filelock_test {

/// Called in this process after each link that was made, with its name. Returns 0, or the error
/// that linkat(2) reports although the link exists, as with a request that an NFS client repeats.
inline std::function<int(std::string const& name)> after_link;

} // namespace filelock_test

extern "C" BOOST_SYMBOL_EXPORT int linkat(int from_directory, char const* from, int to_directory,
                                          char const* to, int flags) noexcept
{
    if (::syscall(SYS_linkat, from_directory, from, to_directory, to, flags) != 0)
        return -1;
    using filelock_test::after_link;
    if (int const error = after_link ? after_link(to) : 0) {
        errno = error;
        return -1;
    }
    return 0;
}

#endif
