// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_FENCE_NUMBERS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_FENCE_NUMBERS_HPP

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The fence numbers of a path, which are the names of empty files in the directory `PATH.fence`.
/// Each number is made once, whichever process makes it, and is greater than those before it.
class fence_numbers
{
public:
    /// `permissions`: of the files; the directory gets those that their users need. If unset, the
    /// umask decides.
    fence_numbers(filesystem::path const& lock_path, std::optional<filesystem::perms> permissions);

    /// Makes the next number. It is on the disk when the call returns. Removes numbers that no
    /// process needs any more.
    system::error_code make_next(std::uint64_t& number) const;

private:
    filesystem::path directory_;
    std::optional<filesystem::perms> permissions_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
