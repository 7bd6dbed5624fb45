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

/// What the marker of a reader or a writer says: three lines, "token", "pid", "host name".
struct access_marker
{
    std::string token; ///< 32 hexadecimal digits, of this one hold
    std::int64_t pid = 0;
    std::string host;

    std::string text() const;
};

/// What the content of a file can be to those who look for one.
struct access_content
{
    enum kind_type
    {
        record,    ///< a whole one
        beginning, ///< of one, whose writer is still at it, or died
        foreign    ///< somebody's data
    };

    kind_type kind = foreign;
    access_marker owner;
};

/// `text` is all of the file, or more than `longest_record` of it.
access_content read_access(std::string_view text);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
