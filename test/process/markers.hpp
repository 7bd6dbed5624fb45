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
#include <time.h>

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

/// Last written so long ago that nothing can be waiting for it, and before this machine was
/// started.
void make_old(boost::filesystem::path const& path);

/// The same until the end of the scope: then it is as it was, to the nanosecond.
class old_for_now
{
public:
    explicit old_for_now(boost::filesystem::path const& path);
    old_for_now(old_for_now const&) = delete;
    old_for_now& operator=(old_for_now const&) = delete;
    ~old_for_now();

private:
    boost::filesystem::path path_;
    ::timespec was_;
};

/// The same of all markers of a `soft_read_write_lock`. On network storage only such a one counts
/// as that of a process of this machine that has died.
void make_tree_old(boost::filesystem::path const& lock);

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
