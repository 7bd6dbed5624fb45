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

// Markers as other programs make and see them.

// Prints `where` in the names of tests.
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

/// Sets the file's modification time far in the past: before this machine was started, and so long
/// ago that no process can be waiting for the file.
void make_old(boost::filesystem::path const& path);

/// Makes the file old like `make_old`, until the end of the scope. Then restores the time to the
/// nanosecond.
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

/// Makes all markers of a `soft_read_write_lock` old like `make_old`. On network storage only an
/// old marker counts as that of a dead process of this machine.
void make_tree_old(boost::filesystem::path const& lock);

/// Returns the text of a marker of this process. A marker of another program has the same text, but
/// no witness.
std::string own_record(boost::filesystem::path const& directory);

/// Returns the text of a marker of a process that has ended.
std::string record_of_the_dead(boost::filesystem::path const& directory);

/// Returns the record without its third line.
std::string without_start(std::string const& record);

/// Returns the names in the directory, sorted.
std::vector<std::string> names_in(boost::filesystem::path const& directory);

} // namespace filelock_test

#endif
