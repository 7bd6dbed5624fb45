// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_TREE_FILES_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_TREE_FILES_HPP

#include "markers.hpp"
#include "temporary_directory.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <string>
#include <vector>

namespace filelock_test {

/// The files of a `soft_read_write_lock`.
struct tree_files : temporary_directory
{
    boost::filesystem::path const write = path.string() + ".write";
    boost::filesystem::path const readers = path.string() + ".readers";
    boost::filesystem::path const state = path.string() + ".state";

    std::vector<std::string> reader_names() const
    {
        return exists(readers) ? names_in(readers) : std::vector<std::string>();
    }

    /// Returns whether nothing is left except, possibly, the empty directory of the readers.
    bool is_clean() const
    {
        auto const names = names_in(directory);
        return names.empty() || (names == std::vector<std::string>{readers.filename().string()} &&
                                 reader_names().empty());
    }
};

} // namespace filelock_test

#endif
