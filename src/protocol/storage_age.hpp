// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_STORAGE_AGE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_STORAGE_AGE_HPP

#include "../platform/file.hpp"
#include "marker_site.hpp"

#include <chrono>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// Finds out whether a file is older than a limit, by the clock of the file system.
class storage_age
{
public:
    /// The age counts from the last change of any kind, since the modification time may have been
    /// stamped by a host with a wrong clock. Returns false where that clock cannot be read.
    bool exceeds(std::chrono::nanoseconds limit, file_facts const& facts, marker_site const& at);

private:
    std::optional<std::chrono::nanoseconds> clocks_apart_; // file system's minus ours, about
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
