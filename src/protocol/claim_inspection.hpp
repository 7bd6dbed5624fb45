// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_INSPECTION_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_CLAIM_INSPECTION_HPP

#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <vector>

// The claims of a strict lock, whichever process owns them.

namespace boost {
namespace filelock {
namespace detail {

/// Returns all claims, sorted by name. None if the lock was never used.
std::vector<strict_claim> claims_of(filesystem::path const& absolute, system::error_code& ec);

/// Returns a report on the owners of held claims, or on that of another marker at the path.
std::vector<owner_record> strict_holders(filesystem::path const& absolute);

/// Removes the claim of this name, whichever process owns it. Returns `no_such_file_or_directory`
/// if there is none.
system::error_code break_claim(filesystem::path const& absolute, std::string const& name);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
