// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_OWNER_RECORD_HPP
#define BOOST_FILELOCK_OWNER_RECORD_HPP

#include <boost/filelock/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {

/// The kind of hold that an owner has.
enum class owner_mode
{
    unknown,
    kernel_exclusive, ///< the kernel's lock
    kernel_shared,
    kernel_upgrade, ///< a shared kernel lock that may become exclusive, or will when the readers
                    ///< have gone
    marker,         ///< a marker file
    claim,          ///< a claim file
    lease,          ///< a marker that expires
    reader,         ///< of a read-write lock made of files
    writer
};

/// A holder, as described by the kernel, a marker or a claim. A report of one moment: the holder
/// may be gone, and another one may have come, before the report is read.
struct owner_record
{
    std::int64_t pid = 0; ///< as this process sees it; 0 where unknown
    std::string hostname; ///< empty where unknown, like the texts below

    /// Distinguishes the process from an earlier or later one with the same pid.
    std::string start_token;

    std::string command; ///< its command line, arguments separated by spaces, shortened if long
    owner_mode mode = owner_mode::unknown;
    std::string token; ///< of a lease: distinguishes the hold from others
    std::optional<std::chrono::nanoseconds> duration = {}; ///< of a lease
    std::optional<std::chrono::nanoseconds> age = {};      ///< of a marker or claim
};

} // namespace filelock
} // namespace boost

#endif
