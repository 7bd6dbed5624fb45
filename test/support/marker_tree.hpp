// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_MARKER_TREE_HPP
#define BOOST_FILELOCK_TEST_MARKER_TREE_HPP

#include "markers.hpp"
#include "patience.hpp"
#include "soft_read_write_roles.hpp"
#include "temporary_directory.hpp"
#include "tree_files.hpp"

#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <time.h>

// What a test sees of the markers of a `soft_read_write_lock`, and adds to them.

namespace filelock_test {

namespace fs = boost::filesystem;

inline void eventually(char const* what, std::function<bool()> const& is_so)
{
    if (!comes_true(is_so))
        throw std::runtime_error(std::string("in vain: ") + what);
}

inline struct ::stat stat_of(fs::path const& path)
{
    struct ::stat s;
    if (::lstat(path.c_str(), &s) != 0)
        throw std::runtime_error("lstat " + path.string());
    return s;
}

inline nanoseconds as_duration(::timespec const& t)
{
    return std::chrono::seconds(t.tv_sec) + nanoseconds(t.tv_nsec);
}

inline nanoseconds stamp_of(fs::path const& path)
{
    return as_duration(stat_of(path).st_mtim);
}

inline bool is_there(fs::path const& path)
{
    return fs::symlink_status(path).type() != fs::file_not_found;
}

inline void wait_for_beats(fs::path const& marker, int count)
{
    for (; count > 0; --count) {
        auto const last = stamp_of(marker);
        eventually("a heartbeat", [&] { return stamp_of(marker) > last; });
    }
}

inline bool is_token(std::string const& text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

inline std::string token_in(fs::path const& marker)
{
    return text_of(marker).substr(0, 32);
}

inline std::string const some_token = "0123456789abcdef0123456789abcdef";

inline std::string record(std::int64_t pid, std::string const& hostname)
{
    return some_token + '\n' + std::to_string(pid) + '\n' + hostname + '\n';
}

/// A fixture: the tree of markers of one lock, and markers that other programs might have left
/// there.
struct marker_tree : tree_files
{
    /// Returns the path of the only reader's marker.
    fs::path reader() const
    {
        auto const names = reader_names();
        if (names.size() != 1)
            throw std::runtime_error(std::to_string(names.size()) + " readers");
        return readers / names.front();
    }

    fs::path marker(role r) const { return r == role::reader ? reader() : write; }

    bool is_free_for(role r, soft_read_write_lock_options const& options = steady()) const
    {
        soft_read_write_lock lock(path, options);
        return try_as(lock, r);
    }

    /// Creates a marker as if another program had left it.
    fs::path forge(role r, std::string const& text) const
    {
        if (r == role::writer) {
            write_text(write, text);
            return write;
        }
        fs::create_directories(readers);
        fs::permissions(readers, fs::perms(0700));
        auto const marker = readers / (some_token + ".4711");
        write_text(marker, text);
        return marker;
    }

    /// Returns the time by the file system's clock.
    nanoseconds file_clock() const
    {
        auto const probe = directory / "probe";
        write_text(probe, "");
        auto const now = stamp_of(probe);
        fs::remove(probe);
        return now;
    }
};

} // namespace filelock_test

#endif
