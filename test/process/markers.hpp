// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_MARKERS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_MARKERS_HPP

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <ostream>
#include <string>
#include <vector>

#include <sys/types.h>

// Markers as others make and see them.

// For the names of tests.
namespace boost {
namespace filelock {
inline std::ostream& operator<<(std::ostream& out, storage where)
{
    return out << (where == storage::local ? "local" : "network");
}
} // namespace filelock
} // namespace boost

namespace filelock_test {

std::string text_of(boost::filesystem::path const& path);
void write_text(boost::filesystem::path const& path, std::string const& text);

/// Last written so long ago that nothing can be waiting for it.
void make_old(boost::filesystem::path const& path);

/// What a marker of this process says. Another make's has the same text, and no witness.
std::string own_record(boost::filesystem::path const& directory);

/// What that of a process says that has ended.
std::string record_of_the_dead(boost::filesystem::path const& directory);

/// The same without its third line.
std::string without_start(std::string const& record);

/// The names in the directory, in order.
std::vector<std::string> names_in(boost::filesystem::path const& directory);

} // namespace filelock_test

#endif
