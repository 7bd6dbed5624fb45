// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_MARKER_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// The text of a reader's or writer's marker, in three lines: "token", "pid", "host name".
struct access_marker
{
    std::string token; ///< 32 hexadecimal digits, for this hold only
    std::int64_t pid = 0;
    std::string host;

    std::string text() const;
};

/// The kinds of content that a file at a marker's path can have.
struct access_content
{
    enum kind_type
    {
        record,    ///< a complete record
        beginning, ///< an incomplete record: its writer is still writing, or died
        foreign    ///< the data of another program
    };

    kind_type kind = foreign;
    access_marker owner;
};

/// Parses the content of a file. `text` is all of the content, or more than `longest_record` bytes
/// of it.
access_content read_access(std::string_view text);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
