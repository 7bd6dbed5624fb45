// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_RECORD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_RECORD_HPP

#include "record_lines.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// What a marker says of its owner: three lines, "pid", "host name", "start token".
struct marker_record
{
    std::int64_t pid = 0;
    std::string host;
    std::string start_token; ///< of the process; empty where the owner's system has none

    std::string text() const;
};

/// What the content of a file can be to those who look for a marker.
struct marker_content
{
    enum kind_type
    {
        record,    ///< a whole one
        beginning, ///< of one, whose writer is still at it, or died
        sentinel,  ///< of a `strict_soft_file_lock`: never to be removed
        lease,     ///< of a `soft_file_lease`, whose expiry is not ours to judge
        foreign    ///< somebody's data
    };

    kind_type kind = foreign;
    marker_record owner;
};

/// `text` is all of the file, or more than `longest_record` of it.
marker_content read_marker(std::string_view text);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
