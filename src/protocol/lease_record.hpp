// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LEASE_RECORD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LEASE_RECORD_HPP

#include "marker_record.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// The text of the marker of a `soft_file_lease`: a line with the name of the format, and lines
/// "key=value".
struct lease_record
{
    marker_record owner;
    std::string token; ///< 32 hexadecimal digits, for this hold only
    std::chrono::nanoseconds duration;

    std::string text() const;
};

/// Returns whether the text begins with the name of the format, or is the beginning of that name.
bool begins_as_lease(std::string_view text) noexcept;
/// Returns whether it begins with the whole name.
bool has_lease_format(std::string_view text) noexcept;

/// Parses a text that begins so: a `lease`; a record of `other_contract`; everything else is a
/// `beginning`.
marker_content read_lease(std::string_view text);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
