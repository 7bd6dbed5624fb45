// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parent_directories.hpp"

#include <boost/filesystem/exception.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace detail {

system::error_code make_parent_directories(filesystem::path const& of, bool may_make)
{
    auto const parent = of.parent_path();
    try {
        // The overloads with an error code are noexcept in Boost 1.81, although they allocate.
        if (may_make)
            filesystem::create_directories(parent);
        else if (!filesystem::exists(parent))
            return make_error_code(system::errc::no_such_file_or_directory);
    } catch (filesystem::filesystem_error const& e) {
        // Other processes make and remove the directories at the same time.
        if (e.code() != system::errc::no_such_file_or_directory &&
            e.code() != system::errc::file_exists)
            return e.code();
    }
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
