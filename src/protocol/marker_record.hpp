// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_RECORD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_RECORD_HPP

#include "record_lines.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// The text of a marker, which names its owner in three lines: "pid", "host name", "start token".
struct marker_record
{
    std::int64_t pid = 0;
    std::string host;
    std::string start_token; ///< of the process; empty where the owner's system has none

    std::string text() const;
};

/// The kinds of content that a file at a marker's path can have.
struct marker_content
{
    enum kind_type
    {
        record,         ///< a complete record
        beginning,      ///< an incomplete record: its writer is still writing, or died
        sentinel,       ///< of a `strict_soft_file_lock`: must never be removed
        lease,          ///< of a `soft_file_lease`
        other_contract, ///< of a lock type that this version does not know
        foreign         ///< the data of another program
    };

    kind_type kind = foreign;
    marker_record owner = {};               ///< of a `record`, `lease` or `other_contract`
    std::string token = {};                 ///< of a `lease` or `other_contract`
    std::chrono::nanoseconds duration = {}; ///< of a `lease`
};

/// Parses the content of a file. `text` is all of the content, or more than `longest_record` bytes
/// of it.
marker_content read_marker(std::string_view text);

/// Returns whether the line is the name of a host, or the beginning of one.
bool is_host(record_line const& l) noexcept;

/// Returns whether the line is a start token, or the beginning of one.
bool is_start_token(record_line const& l) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
